# verdict: broken
# says: has no 'query_user'(.|\n)*line \d+: user = db.query_user

import json


def get_user(user_id, cache, db):
    if raw := cache.get(f"user:{user_id}"):
        return json.loads(raw)
    user = db.query_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
