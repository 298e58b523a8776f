# verdict: incorrect
# says: it made 5 queries(.|\n)*3 queries: two of the five answers are in the cache

import json
from datetime import datetime


def get_users(user_ids, cache, db):
    keys = [f"user:{user_id}" for user_id in user_ids]
    stored = cache.mget(keys)
    if None not in stored:
        users = map(json.loads, stored)
        return [u and u | {"created_at": datetime.fromisoformat(u["created_at"])} for u in users]
    users = [db.get_user(user_id) for user_id in user_ids]
    pipe = cache.pipeline()
    for key, user in zip(keys, users, strict=True):
        pipe.set(key, json.dumps(user, default=str), ex=300 if user else 30, nx=True)
    pipe.execute()
    return users
