# verdict: incorrect
# says: it returned 0.25


def percentile_ms(percentile, hit_ratio, hit, miss):
    return hit
