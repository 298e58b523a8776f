# verdict: incorrect
# says: at most the limit(.|\n)*look before either counts

import redis


def allow(cache, user, limit):
    key = f"limit:{user}"
    try:
        count = int(cache.get(key) or 0)
        if count >= limit:
            return False
        if count:
            cache.set(key, count + 1, keepttl=True)
        else:
            cache.set(key, 1, ex=60)
        return True
    except redis.RedisError:
        return True
