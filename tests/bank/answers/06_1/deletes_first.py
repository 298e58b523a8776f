# verdict: incorrect
# says: never expires


def correct(cache, key, value):
    found = cache.delete(key)
    if found:
        cache.set(key, value)
    return bool(found)
