# verdict: incorrect
# says: right after this user signed up(.|\n)*What did you store while there was nobody

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    reachable = True
    try:
        raw = cache.get(f"user:{user_id}")
        if raw == b"null":
            return None
        if raw:
            row = json.loads(raw)
            return {**row, "email": row["email"], "created_at": datetime.fromisoformat(row["created_at"])}
    except (redis.ConnectionError, redis.TimeoutError):
        reachable = False
    except (redis.RedisError, ValueError, TypeError, KeyError):
        pass
    user = db.get_user(user_id)
    if reachable:
        try:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        except redis.RedisError:
            pass
    return user
