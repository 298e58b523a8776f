# verdict: incorrect
# says: only asks the database. How did it know


def mean_read_ms(hit_ratio, lookup, query, fill):
    return hit_ratio * lookup + (1 - hit_ratio) * query
