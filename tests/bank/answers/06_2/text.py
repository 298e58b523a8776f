# verdict: incorrect
# says: a number of seconds

import random


def ttl(promise):
    return f"{promise * random.uniform(0.5, 1)}"
