# verdict: incorrect
# says: the second call in a row made 1 query

import json


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    user = db.get_user(user_id)
    if cache.get(key) is None:
        cache.set(key, json.dumps(user, default=str), ex=300)
    return user
