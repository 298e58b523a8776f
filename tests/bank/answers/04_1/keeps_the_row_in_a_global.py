# verdict: incorrect
# says: at the same time as other requests(.|\n)*What do two requests share that they should not

import json
from datetime import datetime

user = None


def get_user(user_id, cache, db):
    global user
    key = f"user:{user_id}"
    if raw := cache.get(key):
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    text = json.dumps(user, default=str)
    cache.set(key, text, ex=300)
    return user
