# verdict: incorrect
# says: never expires

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if raw := cache.get(key):
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str))
    return user
