# verdict: incorrect
# says: Do the two share a key

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = "user:{user_id}"  # the f is missing
    if raw := cache.get(key):
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
