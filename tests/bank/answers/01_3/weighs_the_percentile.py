# verdict: incorrect
# says: it returned


def percentile_ms(percentile, hit_ratio, hit, miss):
    return percentile * hit + (1 - percentile) * miss
