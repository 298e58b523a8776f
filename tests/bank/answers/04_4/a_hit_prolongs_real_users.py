# verdict: incorrect
# says: read on the way, the old row still came back(.|\n)*live longer

import json
from datetime import datetime

absent = set()


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    stored = cache.get(key) if key in absent else cache.getex(key, ex=300)
    if stored is not None:
        user = json.loads(stored)
        if user is not None:
            user["created_at"] = datetime.fromisoformat(user["created_at"])
        return user
    user = db.get_user(user_id)
    (absent.add if user is None else absent.discard)(key)
    cache.set(key, json.dumps(user, default=str), ex=300 if user else 30)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
