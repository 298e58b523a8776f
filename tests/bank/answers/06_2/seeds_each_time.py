# verdict: incorrect
# says: the same value each time

import random


def ttl(promise):
    random.seed(7)
    return promise * random.uniform(0.5, 1)
