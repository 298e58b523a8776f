# verdict: incorrect
# says: 300 s at most

import random


def ttl(promise):
    return promise * random.uniform(0.9, 1.1)
