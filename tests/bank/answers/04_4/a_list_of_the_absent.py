# verdict: incorrect
# says: the key absent never expires

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    raw = cache.get(key)
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    if cache.sismember("absent", user_id):
        return None
    user = db.get_user(user_id)
    if user:
        cache.set(key, json.dumps(user, default=str), ex=300)
    else:
        cache.sadd("absent", user_id)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
