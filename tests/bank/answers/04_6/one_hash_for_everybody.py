# verdict: incorrect
# says: also removed the pages of user

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    field = f"{user_id}:{page}"
    raw = cache.hget("orders", field)
    if raw is not None:
        return [
            {**o, "total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(raw)
        ]
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.hset("orders", field, json.dumps(orders, default=str)).expire("orders", 300, nx=True).execute()
    return orders


def forget_orders(user_id, cache):
    cache.delete("orders")
