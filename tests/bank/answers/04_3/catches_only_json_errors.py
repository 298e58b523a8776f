# verdict: incorrect
# says: UnicodeDecodeError came out of the function

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    reachable = True
    try:
        raw = cache.get(f"user:{user_id}")
        if raw:
            row = json.loads(raw)
            return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    except redis.RedisError:
        reachable = False
    except json.JSONDecodeError:
        pass
    user = db.get_user(user_id)
    if reachable and user:
        try:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        except redis.RedisError:
            pass
    return user
