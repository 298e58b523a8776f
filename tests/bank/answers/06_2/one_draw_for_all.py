# verdict: incorrect
# says: the same value each time

import random

SHARE = random.uniform(0.5, 1)


def ttl(promise):
    return promise * SHARE
