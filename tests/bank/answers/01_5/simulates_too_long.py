# verdict: broken
# says: no answer after 3 seconds(.|\n)*line \d+

import random


def hit_ratio(reads, ttl):
    hits = now = expires = 0
    count = 10**9
    for _ in range(count):
        now += random.expovariate(reads)
        if now < expires:
            hits += 1
        else:
            expires = now + ttl
    return hits / count
