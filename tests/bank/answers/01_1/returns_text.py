# verdict: incorrect
# says: it returned '[\d.]+ ms'(.|\n)*A number is asked for


def mean_read_ms(hit_ratio, lookup, query, fill):
    return f"{lookup + (1 - hit_ratio) * (query + fill)} ms"
