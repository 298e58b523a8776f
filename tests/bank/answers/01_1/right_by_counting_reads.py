# verdict: correct


def mean_read_ms(hit_ratio, lookup, query, fill):
    total = 0.0
    for hit, weight in ((True, hit_ratio), (False, 1 - hit_ratio)):
        total += weight * sum([lookup] if hit else [lookup, query, fill])
    return total
