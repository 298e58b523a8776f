# verdict: correct

import json
from datetime import datetime


def revive(row):
    if "created_at" in row:
        row["created_at"] = datetime.fromisoformat(row["created_at"])
    return row


def get_user(user_id, cache, db):
    text = cache.get(f"shop:user:{user_id}")
    if text:
        return json.loads(text, object_hook=revive)
    user = db.get_user(user_id)
    cache.setex(f"shop:user:{user_id}", 290, json.dumps(user, default=str))
    return user
