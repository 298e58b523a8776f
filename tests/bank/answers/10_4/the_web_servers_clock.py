# verdict: incorrect
# says: tells the cache the time of day(.|\n)*Whose clock do all of them share

import time

import redis


def allow(cache, user, limit):
    key = f"limit:{user}:{int(time.time()) // 60}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60)
            return pipe.execute()[0] <= limit
    except redis.RedisError:
        return True
