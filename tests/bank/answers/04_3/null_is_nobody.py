# verdict: incorrect
# says: `.null.` in the cache|null

import json
import logging
from datetime import datetime

import redis

FIELDS = {
    "user_id", "email", "name", "street", "postcode", "city", "country", "newsletter", "loyalty_points", "created_at",
}  # fmt: skip
log = logging.getLogger("shop")


def get_user(user_id, cache, db):
    key, reachable = f"user:{user_id}", True
    try:
        user = json.loads(cache.get(key) or "0")
        if user is None:
            return None
        if isinstance(user, dict) and FIELDS == set(user) and user["user_id"] == user_id:
            user["created_at"] = datetime.fromisoformat(user["created_at"])
            return user
    except redis.RedisError as error:
        log.warning("%r", error)
        reachable = isinstance(error, redis.ResponseError)
    except (ValueError, TypeError):
        pass
    user = db.get_user(user_id)
    if user and reachable:
        try:
            cache.set(key, json.dumps(user, default=str), ex=300)
        except redis.RedisError as error:
            log.warning("%r", error)
    return user
