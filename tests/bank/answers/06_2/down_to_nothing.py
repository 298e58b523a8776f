# verdict: incorrect
# says: three tenths

import random


def ttl(promise):
    return promise * random.random()
