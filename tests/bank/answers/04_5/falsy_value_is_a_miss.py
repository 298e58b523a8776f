# verdict: incorrect
# says: top_products\('chess', 5(.|\n)*no query: that nothing was sold is an answer too

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    rows = json.loads(cache.get(key) or "[]")
    if rows:
        return [{**row, "revenue": Decimal(row["revenue"])} for row in rows]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
