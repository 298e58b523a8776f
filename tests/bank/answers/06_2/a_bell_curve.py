# verdict: incorrect
# says: at (most|least)

import random


def ttl(promise):
    return random.gauss(promise * 0.75, promise * 0.15)
