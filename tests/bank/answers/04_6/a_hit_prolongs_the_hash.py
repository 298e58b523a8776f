# verdict: incorrect
# says: live longer

import json
from datetime import datetime
from decimal import Decimal

READ = """
local page = redis.call('HGET', KEYS[1], ARGV[1])
if page then redis.call('EXPIRE', KEYS[1], 300) end
return page
"""


def order_history(user_id, page, cache, db):
    key = f"orders:{user_id}"
    stored = cache.eval(READ, 1, key, page)
    if stored is not None:
        return [
            o | {"total": Decimal(o["total"]), "ordered_at": datetime.fromisoformat(o["ordered_at"])}
            for o in json.loads(stored)
        ]
    orders = db.order_history(user_id, page)
    with cache.pipeline() as pipe:
        pipe.hset(key, page, json.dumps(orders, default=str)).expire(key, 300, nx=True).execute()
    return orders


def forget_orders(user_id, cache):
    cache.delete(f"orders:{user_id}")
