# verdict: correct

import json
from datetime import datetime

import redis

FIELDS = {"user_id", "email", "name", "street", "postcode", "city", "country", "newsletter", "loyalty_points"}


def get_user(user_id, cache, db):
    key = f"shop:user:v3:{user_id}"
    skip_store = False
    user = None
    try:
        raw = cache.get(key)
        candidate = json.loads(raw) if raw else None
        if isinstance(candidate, dict) and FIELDS | {"created_at"} == set(candidate):
            candidate["created_at"] = datetime.fromisoformat(candidate["created_at"])
            user = candidate
    except (redis.ConnectionError, redis.TimeoutError):
        skip_store = True
    except (redis.RedisError, ValueError):
        pass
    if user is None:
        user = db.get_user(user_id)
        if user is not None and not skip_store:
            try:
                cache.setex(key, 300, json.dumps(user, default=datetime.isoformat))
            except redis.RedisError:
                pass
    return user
