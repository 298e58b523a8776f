# verdict: incorrect
# says: \['created_at'\] was '.*', a str(.|\n)*A miss and a hit must look the same

import json


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    cached = cache.get(key)
    if cached:
        return json.loads(cached)
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user, default=str), ex=300)
    return user
