# verdict: incorrect
# says: That is the mean. No single read takes that long


def percentile_ms(percentile, hit_ratio, hit, miss):
    return hit_ratio * hit + (1 - hit_ratio) * miss
