# verdict: incorrect
# says: (the peak of loads is|share of the promise)

import random


def ttl(promise):
    return promise - random.uniform(0, 100)
