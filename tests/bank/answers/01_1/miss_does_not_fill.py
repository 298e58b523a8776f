# verdict: incorrect
# says: nobody will ever profit from


def mean_read_ms(hit_ratio, lookup, query, fill):
    return hit_ratio * lookup + (1 - hit_ratio) * (lookup + query)
