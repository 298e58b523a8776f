# verdict: correct

import random


def ttl(promise):
    return random.uniform(promise / 3, promise)
