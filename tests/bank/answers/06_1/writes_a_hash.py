# verdict: broken
# says: WRONGTYPE


def correct(cache, key, value):
    cache.hset(key, "value", value)
    return True
