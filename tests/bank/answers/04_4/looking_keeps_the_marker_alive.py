# verdict: incorrect
# says: 42 s after this user signed up(.|\n)*Does looking at the marker

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.getex(key, ex=30)
    if raw == b"nobody":
        return None
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str) if user else "nobody", ex=300 if user else 30)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
