# verdict: incorrect
# says: it returned


def mean_read_ms(hit_ratio, lookup, query, fill):
    return lookup + (100 - hit_ratio) / 100 * (query + fill)
