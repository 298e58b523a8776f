# verdict: incorrect
# says: eval

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    stored = cache.get(key)
    if stored is not None:
        return [row | {"revenue": Decimal(row["revenue"])} for row in eval(stored)]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
