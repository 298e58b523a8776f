# verdict: correct

import math


def best(reads, writes, weight, oldest):
    try:
        return min(oldest, math.sqrt(2 / (reads * writes * weight)))
    except ZeroDivisionError:
        return oldest
