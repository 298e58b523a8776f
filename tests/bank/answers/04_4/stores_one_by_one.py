# verdict: incorrect
# says: it made 4 round trips(.|\n)*two at most

import json
from datetime import datetime


def get_users(user_ids, cache, db):
    users = []
    for user_id, raw in zip(user_ids, cache.mget([f"user:{n}" for n in user_ids]), strict=True):
        user = json.loads(raw) if raw else db.get_user(user_id)
        if raw and user:
            user["created_at"] = datetime.fromisoformat(user["created_at"])
        if not raw:
            cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300 if user else 30)
        users.append(user)
    return users
