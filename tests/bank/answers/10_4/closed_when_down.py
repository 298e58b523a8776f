# verdict: incorrect
# says: is a closed shop the better one

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60, nx=True)
            return pipe.execute()[0] <= limit
    except redis.RedisError:
        return False
