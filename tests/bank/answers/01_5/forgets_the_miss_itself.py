# verdict: incorrect
# says: how many reads is that together


def hit_ratio(reads, ttl):
    return 1 - 1 / (reads * ttl)
