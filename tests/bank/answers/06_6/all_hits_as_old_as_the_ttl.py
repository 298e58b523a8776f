# verdict: incorrect
# says: on average, how long ago

import math


def best(reads, writes, weight, oldest):
    price = reads * writes * weight
    return min(oldest, math.sqrt(1 / price)) if price else oldest
