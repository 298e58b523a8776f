# verdict: incorrect
# says: has looked in the cache first


def mean_read_ms(hit_ratio, lookup, query, fill):
    return hit_ratio * lookup + (1 - hit_ratio) * (query + fill)
