# verdict: incorrect
# says: \['revenue'\] was '[\d.]+', a str

import json


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    raw = cache.get(key)
    if raw:
        return json.loads(raw)
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
