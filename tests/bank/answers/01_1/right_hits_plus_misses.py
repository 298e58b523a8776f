# verdict: correct


def mean_read_ms(hit_ratio, lookup, query, fill):
    hits = hit_ratio * lookup
    misses = (1 - hit_ratio) * (lookup + query + fill)
    return hits + misses
