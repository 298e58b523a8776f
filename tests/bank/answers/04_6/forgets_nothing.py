# verdict: incorrect
# says: it made no round trips to the cache

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id}"
    raw = cache.hget(key, page)
    if raw is not None:
        return [
            {**o, "total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(raw)
        ]
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.hset(key, page, json.dumps(orders, default=str)).expire(key, 300, nx=True).execute()
    return orders


def forget_orders(user_id, cache):
    return user_id
