# verdict: correct


def hit_ratio(reads, ttl):
    time_between_misses = ttl + 1 / reads
    return ttl / time_between_misses
