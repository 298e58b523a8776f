# verdict: incorrect
# says: made 2 attempts(.|\n)*Every attempt waits for its own timeout

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    try:
        raw = cache.get(f"user:{user_id}")
        if raw:
            row = json.loads(raw)
            return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    except (redis.RedisError, ValueError, TypeError, KeyError):
        pass
    user = db.get_user(user_id)
    try:
        cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    except redis.RedisError:
        pass
    return user
