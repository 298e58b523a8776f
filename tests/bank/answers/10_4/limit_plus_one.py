# verdict: incorrect
# says: the 11. was answered True(.|\n)*nobody beyond it

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60, nx=True)
            return pipe.execute()[0] - 1 <= limit
    except redis.RedisError:
        return True
