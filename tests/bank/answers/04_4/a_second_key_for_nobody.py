# verdict: incorrect
# says: a hit made 2 round trips

import json
from datetime import datetime


def get_user(user_id, cache, db):
    raw = cache.get(f"user:{user_id}")
    if raw is not None:
        user = json.loads(raw)
        user["created_at"] = datetime.fromisoformat(user["created_at"])
        return user
    if cache.exists(f"nobody:{user_id}"):
        return None
    user = db.get_user(user_id)
    if user is None:
        cache.set(f"nobody:{user_id}", 1, ex=30)
    else:
        cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
