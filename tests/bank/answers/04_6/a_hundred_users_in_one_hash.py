# verdict: incorrect
# says: also removed the pages

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id // 100}"
    stored = cache.hget(key, f"{user_id}:{page}")
    if stored is not None:
        return [
            o | {"total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(stored)
        ]
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.hset(key, f"{user_id}:{page}", json.dumps(orders, default=str)).expire(
            key, 300, nx=True
        ).execute()
    return orders


def forget_orders(user_id, cache):
    cache.delete(f"orders:{user_id // 100}")
