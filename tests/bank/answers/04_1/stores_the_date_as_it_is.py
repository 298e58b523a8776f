# verdict: broken
# says: not JSON serializable(.|\n)*line \d+: cache.set\(

import json


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    cached = cache.get(key)
    if cached:
        return json.loads(cached)
    user = db.get_user(user_id)
    cache.set(key, json.dumps(user), ex=300)
    return user
