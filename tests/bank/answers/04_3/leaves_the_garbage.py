# verdict: incorrect
# says: once more, after the call with(.|\n)*Does a request that finds garbage replace it

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    try:
        raw = cache.get(f"user:{user_id}")
    except redis.RedisError:
        return db.get_user(user_id)
    if raw is not None:
        try:
            row = json.loads(raw)
            return {**row, "email": row["email"], "created_at": datetime.fromisoformat(row["created_at"])}
        except (ValueError, TypeError, KeyError):
            return db.get_user(user_id)
    user = db.get_user(user_id)
    try:
        cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    except redis.RedisError:
        pass
    return user
