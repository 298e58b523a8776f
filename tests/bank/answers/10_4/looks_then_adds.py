# verdict: incorrect
# says: at most the limit(.|\n)*Can the count itself decide

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        if int(cache.get(key) or 0) >= limit:
            return False
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60, nx=True)
            pipe.execute()
        return True
    except redis.RedisError:
        return True
