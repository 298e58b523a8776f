# verdict: incorrect
# says: with a list under each key(.|\n)*Does a request that finds garbage replace it

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    raw, reachable = None, True
    try:
        raw = cache.get(f"user:{user_id}")
    except redis.RedisError:
        reachable = False
    try:
        row = json.loads(raw)
        if len(row) == 10 and row["user_id"] == user_id:
            return {**row, "created_at": datetime.fromisoformat(row["created_at"])}
    except (ValueError, TypeError, KeyError):
        pass
    user = db.get_user(user_id)
    if reachable and user:
        try:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        except redis.RedisError:
            pass
    return user
