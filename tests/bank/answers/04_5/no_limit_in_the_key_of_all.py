# verdict: incorrect
# says: Do two questions share a key

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}" if category else "top"
    stored = cache.get(key)
    if stored is not None:
        return [row | {"revenue": Decimal(row["revenue"])} for row in json.loads(stored)]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
