# verdict: incorrect
# says: got no further
# says: stays forever

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id}"
    stored = cache.hget(key, page)
    if stored is not None:
        return [
            o | {"total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(stored)
        ]
    orders = db.order_history(user_id, page)
    cache.hset(key, page, json.dumps(orders, default=str))
    cache.expire(key, 300, nx=True)
    return orders


def forget_orders(user_id, cache):
    cache.delete(f"orders:{user_id}")
