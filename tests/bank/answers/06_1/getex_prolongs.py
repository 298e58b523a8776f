# verdict: incorrect
# says: expires in 100 s


def correct(cache, key, value):
    cache.getex(key, ex=100)
    return bool(cache.set(key, value, xx=True, keepttl=True))
