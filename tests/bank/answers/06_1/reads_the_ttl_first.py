# verdict: incorrect
# says: 2 round trips


def correct(cache, key, value):
    left = cache.ttl(key)
    if left < 0:
        return False
    cache.set(key, value, ex=left)
    return True
