# verdict: broken
# says: nobody listens|refus|Connection


def allow(cache, user, limit):
    key = f"limit:{user}"
    with cache.pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, 60, nx=True)
        return pipe.execute()[0] <= limit
