# verdict: incorrect
# says: it ends when it would have, in 60 s


def correct(cache, key, value):
    return bool(cache.set(key, value, xx=True, ex=100))
