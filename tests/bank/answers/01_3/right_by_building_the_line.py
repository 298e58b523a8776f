# verdict: correct


def percentile_ms(percentile, hit_ratio, hit, miss):
    line = sorted([hit] * round(1000 * hit_ratio) + [miss] * round(1000 * (1 - hit_ratio)))
    return line[min(int(percentile * 1000), 999)]
