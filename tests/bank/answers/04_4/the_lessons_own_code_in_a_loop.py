# verdict: incorrect
# says: it made [5-9] round trips(.|\n)*two at most(.|\n)*500 names

import functools
import json
import random
from datetime import datetime

import redis

encode = functools.partial(json.dumps, default=datetime.isoformat)


def decode(stored):
    user = json.loads(stored)
    if user is not None:
        user["created_at"] = datetime.fromisoformat(user["created_at"])
    return user


def get_user(user_id, cache, db, ttl=300):
    key, reachable = f"user:v2:{user_id}", True
    try:
        stored = cache.get(key)
        if stored is not None:
            return decode(stored)
    except (redis.ResponseError, ValueError, TypeError, KeyError):
        pass
    except redis.RedisError:
        reachable = False
    user = db.get_user(user_id)
    if reachable:
        life = ttl if user else min(ttl, 30)
        try:
            cache.set(key, encode(user), ex=round(life * random.uniform(0.9, 1)) or 1)
        except redis.RedisError:
            pass
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
