# verdict: incorrect
# says: when 0.1. s were left|nothing begins after|when 0.* s were left

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
    for attempt in range(10):
        try:
            user = db.read(user_id, timeout=left)
            break
        except Exception:
            time.sleep(0.01)
    else:
        raise TimeoutError("tried ten times")
    left = deadline - time.monotonic()
    if left > 0:
        try:
            cache.set(key, user, ex=60, timeout=min(0.1, left))
        except redis.RedisError:
            pass
    return user
