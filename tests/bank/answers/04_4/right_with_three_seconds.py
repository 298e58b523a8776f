# verdict: correct

import json
from datetime import datetime


def get_users(user_ids, cache, db):
    users, new = [], []
    for user_id, stored in zip(user_ids, cache.mget(*map("user:{}".format, user_ids)), strict=True):
        if stored is None:
            user = db.get_user(user_id)
            new.append((user_id, user))
        elif stored == b"-":
            user = None
        else:
            user = json.loads(stored)
            user["created_at"] = datetime.fromisoformat(user["created_at"])
        users.append(user)
    pipe = cache.pipeline()
    for user_id, user in new:
        pipe.set(f"user:{user_id}", json.dumps(user, default=str) if user else "-", ex=300 if user else 3)
    pipe.execute()
    return users
