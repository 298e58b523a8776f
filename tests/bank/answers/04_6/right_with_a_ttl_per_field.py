# verdict: correct

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key = f"history/{user_id}"
    raw = cache.hget(key, f"p{page}")
    if raw is not None:
        return [
            {**o, "total": Decimal(o["total"]) / 100, "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(raw)
        ]
    orders = db.order_history(user_id, page=page)
    packed = [
        {**o, "total": int(o["total"] * 100), "ordered_at": o["ordered_at"].isoformat()} for o in orders
    ]
    with cache.pipeline() as pipe:
        pipe.hset(key, f"p{page}", json.dumps(packed))
        pipe.expire(key, 240, nx=True)
        pipe.execute()
    return orders


def forget_orders(user_id, cache):
    with cache.pipeline() as pipe:
        pipe.delete(f"history/{user_id}")
        pipe.execute()
