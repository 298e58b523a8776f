# verdict: incorrect
# says: it returned None(.|\n)*psycopg.OperationalError, the database's own

import json
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    reachable = True
    try:
        row = json.loads(cache.get(f"user:{user_id}") or "null")
        if len(row) == 10 and row["user_id"] == user_id:
            return {**row, "created_at": datetime.fromisoformat(row["created_at"])}
    except (redis.ConnectionError, redis.TimeoutError):
        reachable = False
    except Exception:
        pass
    try:
        user = db.get_user(user_id)
        if reachable:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        return user
    except redis.RedisError:
        return user
    except Exception:
        return None
