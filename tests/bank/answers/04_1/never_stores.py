# verdict: incorrect
# says: afterwards the cache was empty

import json


def get_user(user_id, cache, db):
    if raw := cache.get(f"user:{user_id}"):
        return json.loads(raw)
    return db.get_user(user_id)
