# verdict: incorrect
# says: page 4, just read, was asked for again(.|\n)*no more orders is an answer too

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id}"
    orders = json.loads(cache.hget(key, page) or "[]")
    if orders:
        return [
            {**o, "total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in orders
        ]
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.hset(key, page, json.dumps(orders, default=str)).expire(key, 300, nx=True).execute()
    return orders


def forget_orders(user_id, cache):
    cache.delete(f"orders:{user_id}")
