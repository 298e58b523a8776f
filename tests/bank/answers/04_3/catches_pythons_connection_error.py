# verdict: incorrect
# says: redis.ConnectionError came out

import json
from datetime import datetime


def get_user(user_id, cache, db):
    try:
        raw = cache.get(f"user:{user_id}")
    except ConnectionError:  # Python's own; redis.ConnectionError is no child of it
        return db.get_user(user_id)
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
