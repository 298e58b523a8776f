# verdict: incorrect
# says: 'ann', 2(.|\n)*the 3. was answered True

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        with cache.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 60, nx=True)
            return pipe.execute()[0] <= 10
    except redis.RedisError:
        return True
