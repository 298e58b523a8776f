# verdict: incorrect
# says: A ratio runs from 0 to 1


def hit_ratio(reads, ttl):
    return reads * ttl
