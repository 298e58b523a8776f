# verdict: correct

import json
import logging
from datetime import datetime

import redis

FIELDS = {"user_id", "email", "name", "street", "postcode", "city", "country", "newsletter", "loyalty_points"}


def get_user(user_id, cache, db):
    key = f"shop:user:v3:{user_id}"
    skip_store = False
    user = None
    try:
        raw = cache.get(key)
        candidate = json.loads(raw) if raw else None
        if (
            isinstance(candidate, dict)
            and FIELDS | {"created_at"} == set(candidate)
            and candidate["user_id"] == user_id
        ):
            candidate["created_at"] = datetime.fromisoformat(candidate["created_at"])
            user = candidate
    except (redis.ConnectionError, redis.TimeoutError):
        logging.exception("no cache")
        skip_store = True
    except (redis.RedisError, ValueError):
        pass
    if user is None:
        user = db.get_user(user_id)
        if user is not None and not skip_store:
            try:
                cache.setex(key, 300, json.dumps(user, default=datetime.isoformat))
            except redis.RedisError as error:
                logging.error("user %s not stored: %s", user_id, type(error).__name__)
    return user
