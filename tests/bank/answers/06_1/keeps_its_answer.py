# verdict: incorrect
# says: it returned None


def correct(cache, key, value):
    cache.set(key, value, xx=True, keepttl=True)
