# verdict: incorrect
# says: \['created_at'\] was '.*', a str

import json


def get_user(user_id, cache, db):
    key = f"user:{user_id}"
    if cached := cache.get(key):
        return json.loads(cached)
    text = json.dumps(db.get_user(user_id), default=str)
    cache.set(key, text, ex=300)
    return json.loads(text)
