# verdict: incorrect
# says: redis.\w*OutOfMemoryError came out of the function, from line \d+: cache.set

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    try:
        raw = cache.get(f"user:{user_id}")
        if raw:
            row = json.loads(raw)
            return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    except redis.RedisError:
        return db.get_user(user_id)
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
