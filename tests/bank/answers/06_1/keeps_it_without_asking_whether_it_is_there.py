# verdict: incorrect
# says: came back, and it never expires


def correct(cache, key, value):
    return bool(cache.set(key, value, keepttl=True))
