# verdict: incorrect
# says: the old row still came back(.|\n)*stays stale for ever

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if raw := cache.getex(key, ex=300):
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
