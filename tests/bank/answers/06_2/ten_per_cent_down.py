# verdict: incorrect
# says: the peak of loads is

import random


def ttl(promise):
    return promise * random.uniform(0.9, 1)
