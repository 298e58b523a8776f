# verdict: broken
# says: TypeError: 'NoneType' object(.|\n)*line \d+: cache.set

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.get(key)
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user | {"created_at": str(user["created_at"])}), ex=300)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
