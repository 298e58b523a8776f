# verdict: incorrect
# says: fault='crash'(.|\n)*every count ends(.|\n)*count without an end

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        count = cache.incr(key)
        if count == 1:
            cache.expire(key, 60)
    except redis.RedisError:
        return True
    return count <= limit
