# verdict: correct

import json
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = repr(("top", category, limit))
    raw = cache.get(key)
    if raw is None:
        rows = db.top_products(limit=limit, category=category)
        packed = [{**row, "revenue": int(row["revenue"] * 100)} for row in rows]
        cache.setex(key, 60, json.dumps({"rows": packed}))
        return rows
    rows = json.loads(raw)["rows"]
    return [{**row, "revenue": (Decimal(row["revenue"]) / 100).quantize(Decimal("0.01"))} for row in rows]
