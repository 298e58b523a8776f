# verdict: broken
# says: get_users\(\[\d+\]

import functools
import json
from datetime import datetime

encode = functools.partial(json.dumps, default=datetime.isoformat)


def decode(stored):
    user = json.loads(stored)
    if user is not None:
        user["created_at"] = datetime.fromisoformat(user["created_at"])
    return user


def get_users(user_id, cache, db, ttl=300):
    key = f"user:v2:{user_id}"
    stored = cache.get(key)
    if stored is not None:
        return decode(stored)
    user = db.get_user(user_id)
    cache.set(key, encode(user), ex=ttl if user else min(ttl, 30))
    return user
