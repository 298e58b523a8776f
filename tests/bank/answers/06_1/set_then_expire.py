# verdict: incorrect
# says: it ends when it would have


def correct(cache, key, value):
    cache.set(key, value)
    cache.expire(key, 100)
    return True
