# verdict: incorrect
# says: there are now \d keys in the cache(.|\n)*at most two keys

import json
from datetime import datetime
from decimal import Decimal


def order_history(user_id, page, cache, db):
    key, names = f"orders:{user_id}:{page}", f"orders:{user_id}"
    raw = cache.get(key)
    if raw is not None:
        orders = json.loads(raw)
        for order in orders:
            order["total"] = Decimal(order["total"])
            order["ordered_at"] = datetime.fromisoformat(order["ordered_at"])
        return orders
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.set(key, json.dumps(orders, default=str), ex=300).sadd(names, key).expire(names, 300).execute()
    return orders


def forget_orders(user_id, cache):
    names = f"orders:{user_id}"
    cache.delete(names, *cache.smembers(names))
