# verdict: correct

import random


def ttl(promise):
    return promise - promise * random.random() / 2
