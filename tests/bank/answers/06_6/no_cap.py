# verdict: incorrect
# says: s at most

import math


def best(reads, writes, weight, oldest):
    price = reads * writes * weight
    return math.sqrt(2 / price) if price else oldest
