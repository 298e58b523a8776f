# verdict: incorrect
# says: redis.TimeoutError came out of the function

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    try:
        raw = cache.get(f"user:{user_id}")
    except redis.ConnectionError:
        return db.get_user(user_id)
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
