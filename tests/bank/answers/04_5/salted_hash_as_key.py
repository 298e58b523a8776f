# verdict: incorrect
# says: it expires after 60 s

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{hash((category, limit))}"
    raw = cache.get(key)
    if raw:
        return [{**row, "revenue": Decimal(row["revenue"])} for row in json.loads(raw)]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=300)
    return rows
