# verdict: correct

import json
from datetime import datetime

import redis

DOWN = object()


def attempt(command, *args, **options):
    try:
        return command(*args, **options)
    except (redis.ConnectionError, redis.TimeoutError):
        return DOWN
    except redis.RedisError:
        return None


def decode(raw):
    try:
        row = json.loads(raw)
        row["created_at"] = datetime.fromisoformat(row["created_at"])
        return row if "email" in row else None
    except (ValueError, LookupError, TypeError):
        return None


def get_user(user_id, cache, db):
    found = attempt(cache.get, f"user:{user_id}")
    if found not in (None, DOWN) and (row := decode(found)):
        return row
    user = db.get_user(user_id)
    if found is not DOWN and user:
        attempt(cache.set, f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
