# verdict: incorrect
# says: it returned

import numpy as np


def percentile_ms(percentile, hit_ratio, hit, miss):
    hits = round(100 * hit_ratio)
    return np.percentile([hit] * hits + [miss] * (100 - hits), 100 * percentile)
