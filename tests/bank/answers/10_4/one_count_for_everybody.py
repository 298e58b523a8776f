# verdict: incorrect
# says: 'bob'(.|\n)*Whose count is this

import redis


def allow(cache, user, limit):
    try:
        with cache.pipeline() as pipe:
            pipe.incr("limit")
            pipe.expire("limit", 60, nx=True)
            return pipe.execute()[0] <= limit
    except redis.RedisError:
        return True
