# verdict: incorrect
# says: asked a second time(.|\n)*no query

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.get(key)
    row = json.loads(raw) if raw else None
    if row:
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300 if user else 30)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
