# verdict: incorrect
# says: the share of


def mean_read_ms(hit_ratio, lookup, query, fill):
    return (1 - hit_ratio) * lookup + hit_ratio * (lookup + query + fill)
