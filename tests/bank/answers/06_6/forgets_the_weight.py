# verdict: incorrect
# says: weight of a stale answer

import math


def best(reads, writes, weight, oldest):
    price = reads * writes
    return min(oldest, math.sqrt(2 / price)) if price else oldest
