# verdict: incorrect
# says: the outage is over: the cache is used again

import json
from datetime import datetime

import redis

down = False


def get_user(user_id, cache, db):
    global down
    if not down:
        try:
            raw = cache.get(f"user:{user_id}")
            if raw:
                row = json.loads(raw)
                return {**row, "email": row["email"], "created_at": datetime.fromisoformat(row["created_at"])}
        except redis.RedisError:
            down = True
        except (ValueError, TypeError, KeyError):
            pass
    user = db.get_user(user_id)
    if not down:
        try:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        except redis.RedisError:
            down = True
    return user
