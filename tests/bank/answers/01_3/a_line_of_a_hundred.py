# verdict: incorrect
# says: Line the reads up


def percentile_ms(percentile, hit_ratio, hit, miss):
    hits = round(100 * hit_ratio)
    reads = [hit] * hits + [miss] * (100 - hits)
    return reads[min(99, int(100 * percentile))]
