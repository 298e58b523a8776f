# verdict: broken
# says: ZeroDivisionError

import math


def best(reads, writes, weight, oldest):
    return min(oldest, math.sqrt(2 / (reads * writes * weight)))
