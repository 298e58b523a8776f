# verdict: incorrect
# says: not equally frequent


def mean_read_ms(hit_ratio, lookup, query, fill):
    return (lookup + (lookup + query + fill)) / 2
