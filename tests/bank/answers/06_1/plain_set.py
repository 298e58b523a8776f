# verdict: incorrect
# says: never expires


def correct(cache, key, value):
    cache.set(key, value)
    return True
