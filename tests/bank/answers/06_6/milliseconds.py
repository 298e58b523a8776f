# verdict: incorrect
# says: s at most|allowed at most

import math


def best(reads, writes, weight, oldest):
    price = reads * writes * weight
    return min(oldest, 1000 * math.sqrt(2 / price)) if price else oldest
