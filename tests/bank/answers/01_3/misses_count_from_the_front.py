# verdict: incorrect
# says: it returned


def percentile_ms(percentile, hit_ratio, hit, miss):
    return miss if percentile < 1 - hit_ratio else hit
