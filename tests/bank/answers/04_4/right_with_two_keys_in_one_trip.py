# verdict: correct

import json
from datetime import datetime


def get_user(user_id, cache, db):
    raw, nobody = cache.mget(f"user:{user_id}", f"nobody:{user_id}")
    if raw is not None:
        user = json.loads(raw)
        user["created_at"] = datetime.fromisoformat(user["created_at"])
        return user
    if nobody:
        return None
    user = db.get_user(user_id)
    if user is None:
        cache.set(f"nobody:{user_id}", 1, ex=30)
    else:
        cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
