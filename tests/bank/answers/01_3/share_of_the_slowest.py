# verdict: incorrect
# says: not how much of it


def percentile_ms(percentile, hit_ratio, hit, miss):
    return percentile * miss
