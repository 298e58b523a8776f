# verdict: incorrect
# says: was given 0.30 s, when

import time

import redis


def get_user(user_id, cache, db, deadline):
    key = f"user:{user_id}"
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("too late")
    try:
        user = cache.get(key, timeout=min(0.1, left))
    except redis.RedisError:
        user = None
    if user is not None:
        return user
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("too late")
    user = db.read(user_id, timeout=0.3)
    left = deadline - time.monotonic()
    if left > 0:
        try:
            cache.set(key, user, ex=60, timeout=min(0.1, left))
        except redis.RedisError:
            pass
    return user
