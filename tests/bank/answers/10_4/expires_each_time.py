# verdict: incorrect
# says: each 6.5 s(.|\n)*put it off

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60)
            return pipe.execute()[0] <= limit
    except redis.RedisError:
        return True
