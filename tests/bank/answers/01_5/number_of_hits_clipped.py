# verdict: incorrect
# says: simulated


def hit_ratio(reads, ttl):
    return min(1, reads * ttl)
