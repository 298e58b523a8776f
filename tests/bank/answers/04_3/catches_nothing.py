# verdict: incorrect
# says: redis.ConnectionError came out of the function, from line \d+: raw = cache.get

import json
from datetime import datetime


def get_user(user_id, cache, db):
    raw = cache.get(f"user:{user_id}")
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
