# verdict: incorrect
# says: (different values|the same value)(.|\n)*rounded

import random


def ttl(promise):
    return int(promise * random.uniform(0.5, 1))
