# verdict: incorrect
# says: Look at the units


def hit_ratio(reads, ttl):
    return ttl / (ttl + reads)
