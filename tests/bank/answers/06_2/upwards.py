# verdict: incorrect
# says: 300 s at most

import random


def ttl(promise):
    return promise * random.uniform(1, 1.5)
