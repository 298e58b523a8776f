# verdict: incorrect
# says: 36 s later(.|\n)*it made [45] queries

import json
from datetime import datetime


def get_users(user_ids, cache, db):
    users, new, pipe = [], {}, cache.pipeline()
    for user_id, raw in zip(user_ids, cache.mget([f"user:{n}" for n in user_ids]), strict=True):
        user = json.loads(raw) if raw else db.get_user(user_id)
        if raw is None:
            new[f"user:{user_id}"] = json.dumps(user, default=str)
        elif user:
            user["created_at"] = datetime.fromisoformat(user["created_at"])
        users.append(user)
    for key, text in new.items():
        pipe.set(key, text, ex=30 if "null" in new.values() else 300)
    pipe.execute()
    return users
