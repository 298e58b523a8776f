# verdict: incorrect
# says: it returned 0\.000585(.|\n)*Are those seconds


def mean_read_ms(hit_ratio, lookup, query, fill):
    return (lookup + (1 - hit_ratio) * (query + fill)) / 1000
