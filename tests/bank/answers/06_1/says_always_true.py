# verdict: incorrect
# says: returned True(.|\n)*nothing to correct


def correct(cache, key, value):
    cache.set(key, value, xx=True, keepttl=True)
    return True
