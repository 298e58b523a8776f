# verdict: incorrect
# says: asked a second time for a user who does not exist

import json
from datetime import datetime


def get_user(user_id, cache, db):
    stored, nobody = cache.mget(f"user:{user_id}", "nobody")
    if stored is not None:
        return json.loads(
            stored, object_hook=lambda u: u | {"created_at": datetime.fromisoformat(u["created_at"])}
        )
    if nobody == str(user_id).encode():
        return None
    user = db.get_user(user_id)
    if user is None:
        cache.set("nobody", user_id, ex=30)
    else:
        cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user


def get_users(user_ids, cache, db):
    return [get_user(user_id, cache, db) for user_id in user_ids]
