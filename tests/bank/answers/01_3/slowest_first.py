# verdict: incorrect
# says: the fastest first


def percentile_ms(percentile, hit_ratio, hit, miss):
    return miss if percentile < hit_ratio else hit
