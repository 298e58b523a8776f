# verdict: correct

import json
from datetime import datetime


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if (stored := cache.get(key)) == b"-":
        return None
    if stored:
        user = json.loads(stored)
        return user | {"created_at": datetime.fromisoformat(user["created_at"])}
    user = db.get_user(user_id)
    if user is None:
        cache.set(key, "-", ex=3)
    else:
        cache.set(key, json.dumps(user, default=str), ex=300)
    return user
