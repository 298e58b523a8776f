# verdict: incorrect
# says: a minute later(.|\n)*When does a minute end

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 3600, nx=True)
            return pipe.execute()[0] <= limit
    except redis.RedisError:
        return True
