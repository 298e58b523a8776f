# verdict: incorrect
# says: a hit made 2 round trips

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if cache.exists(key):
        row = json.loads(cache.get(key))
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
