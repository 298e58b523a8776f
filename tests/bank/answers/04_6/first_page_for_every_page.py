# verdict: incorrect
# says: order_history\(\d+, 2

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id}"
    raw = cache.get(key)
    if raw is not None:
        return [
            {**o, "total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(raw)
        ]
    orders = db.order_history(user_id, page)
    cache.set(key, json.dumps(orders, default=str), ex=300)
    return orders


def forget_orders(user_id, cache):
    cache.delete(f"orders:{user_id}")
