# verdict: incorrect
# says: it made no queries(.|\n)*the cache does not know the answer yet

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}"
    raw = cache.get(key)
    if raw is None:
        rows = db.top_products(category=category, limit=1000)
        cache.set(key, json.dumps(rows, default=str), ex=60)
    else:
        rows = [{**row, "revenue": Decimal(row["revenue"])} for row in json.loads(raw)]
    return rows[:limit]
