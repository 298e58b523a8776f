# verdict: incorrect
# says: fault='expire'(.|\n)*every count ends

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        cache.set(key, 0, nx=True, ex=60)
        return cache.incr(key) <= limit
    except redis.RedisError:
        return True
