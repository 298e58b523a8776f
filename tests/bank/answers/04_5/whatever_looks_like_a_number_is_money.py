# verdict: incorrect
# says: 12.50

import json
import re
from decimal import Decimal


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    stored = cache.get(key)
    if stored is not None:
        return [
            {k: Decimal(v) if re.fullmatch(r"\d+\.\d\d", str(v)) else v for k, v in row.items()}
            for row in json.loads(stored)
        ]
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, json.dumps(rows, default=str), ex=60)
    return rows
