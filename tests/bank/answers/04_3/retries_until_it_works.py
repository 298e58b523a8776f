# verdict: broken
# says: no answer after 3 seconds
# says: refuses connections

import json
import time
from datetime import datetime

import redis


def get_user(user_id, cache, db):
    while True:
        try:
            raw = cache.get(f"user:{user_id}")
            break
        except redis.RedisError:
            time.sleep(0.05)
    if raw:
        row = json.loads(raw)
        return row | {"created_at": datetime.fromisoformat(row["created_at"])}
    user = db.get_user(user_id)
    cache.set(f"user:{user_id}", json.dumps(user, default=str), ex=300)
    return user
