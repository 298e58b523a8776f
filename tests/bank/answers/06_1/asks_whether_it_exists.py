# verdict: incorrect
# says: 2 round trips


def correct(cache, key, value):
    if not cache.exists(key):
        return False
    cache.set(key, value, keepttl=True)
    return True
