# verdict: incorrect
# says: its \[0\] was 'nobody', a str

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.get(key)
    if raw:
        row = json.loads(raw)
        if isinstance(row, dict):
            row["created_at"] = datetime.fromisoformat(row["created_at"])
        return row
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user or "nobody", default=str), ex=300 if user else 30)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
