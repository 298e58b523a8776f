# verdict: incorrect
# says: That is the miss ratio


def hit_ratio(reads, ttl):
    return 1 / (1 + reads * ttl)
