# verdict: incorrect
# says: a hit made 2 round trips

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    generation = cache.get(f"orders:{user_id}:generation") or b"0"
    key = f"orders:{user_id}:{generation.decode()}:{page}"
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
    cache.incr(f"orders:{user_id}:generation")
