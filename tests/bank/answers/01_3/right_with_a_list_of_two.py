# verdict: correct


def percentile_ms(percentile, hit_ratio, hit, miss):
    return (miss, hit)[percentile < hit_ratio]
