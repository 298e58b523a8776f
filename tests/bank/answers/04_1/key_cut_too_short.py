# verdict: incorrect
# says: Do the two share a key

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"[:10]  # ids of six digits share the key of their first five
    if raw := cache.get(key):
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
