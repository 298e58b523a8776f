# verdict: correct


def correct(cache, key, value):
    pipe = cache.pipeline()
    pipe.set(key, value, xx=True, keepttl=True)
    return pipe.execute() == [True]
