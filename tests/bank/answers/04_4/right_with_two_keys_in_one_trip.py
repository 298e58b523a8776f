# verdict: correct

import json
from datetime import datetime


def get_users(user_ids, cache, db):
    stored = cache.mget([f"{kind}:{user_id}" for kind in ("user", "nobody") for user_id in user_ids])
    users, pipe = [], cache.pipeline()
    for position, user_id in enumerate(user_ids):
        raw, nobody = stored[position], stored[position + len(user_ids)]
        if raw is not None:
            user = json.loads(raw)
            user["created_at"] = datetime.fromisoformat(user["created_at"])
        elif nobody:
            user = None
        elif user := db.get_user(user_id):
            pipe.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
        else:
            pipe.set(f"nobody:{user_id}", 1, ex=30)
        users.append(user)
    pipe.execute()
    return users
