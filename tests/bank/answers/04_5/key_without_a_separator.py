# verdict: incorrect
# says: Do two questions share a key

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}{limit}"  # lamps and 11, lamps1 and 1
    raw = cache.get(key)
    if raw:
        return [{**row, "revenue": Decimal(row["revenue"])} for row in json.loads(raw)]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
