# verdict: incorrect
# says: 2 round trips(.|\n)*transaction is one trip

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        count = cache.incr(key)
        cache.expire(key, 60, nx=True)
        return count <= limit
    except redis.RedisError:
        return True
