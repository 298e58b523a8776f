# verdict: incorrect
# says: it ends when it would have, in 60 s


def correct(cache, key, value):
    cache.getex(key, ex=100)
    return bool(cache.set(key, value, xx=True, keepttl=True))
