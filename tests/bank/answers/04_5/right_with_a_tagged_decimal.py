# verdict: correct

import json
from decimal import Decimal


def decimals(item):
    return Decimal(item["decimal"]) if "decimal" in item else item


def top_products(category, limit, cache, db):
    key = f"top:{limit}:{'*' if category is None else 'c:' + category}"
    raw = cache.get(key)
    if raw:
        return json.loads(raw, object_hook=decimals)
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=lambda d: {"decimal": str(d)}), ex=55)
    return rows
