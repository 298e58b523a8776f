# verdict: incorrect
# says: counted from the last one

import math


def hit_ratio(reads, ttl):
    return 1 - math.exp(-reads * ttl)
