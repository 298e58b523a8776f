# verdict: incorrect
# says: call for a longer

import math


def best(reads, writes, weight, oldest):
    price = writes * weight
    return min(oldest, math.sqrt(2 * reads / price)) if price else oldest
