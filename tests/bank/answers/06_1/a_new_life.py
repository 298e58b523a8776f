# verdict: incorrect
# says: expires in 100 s


def correct(cache, key, value):
    return bool(cache.set(key, value, xx=True, ex=100))
