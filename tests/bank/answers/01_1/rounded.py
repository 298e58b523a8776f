# verdict: incorrect
# says: it returned 0\.58
# says: Leave the rounding


def mean_read_ms(hit_ratio, lookup, query, fill):
    return round(lookup + (1 - hit_ratio) * (query + fill), 2)
