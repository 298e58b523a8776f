# verdict: correct

import redis


def allow(cache, user, limit):
    pipe = cache.pipeline(transaction=True)
    pipe.set(f"requests:{user}", 0, nx=True, ex=60)
    pipe.incr(f"requests:{user}")
    try:
        _, count = pipe.execute()
    except redis.RedisError:
        return True
    return count <= limit
