# verdict: incorrect
# says: 3 different values

import random


def ttl(promise):
    return promise * random.choice([0.5, 0.75, 1])
