# verdict: incorrect
# says: it returned 0.\d+

import random


def hit_ratio(reads, ttl):
    hits = now = expires = 0
    count = 2000
    for _ in range(count):
        now += random.expovariate(reads)
        if now < expires:
            hits += 1
        else:
            expires = now + ttl
    return hits / count
