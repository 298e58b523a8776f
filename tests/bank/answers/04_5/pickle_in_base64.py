# verdict: incorrect
# says: unpickled

import base64
import pickle


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    stored = cache.get(key)
    if stored is not None:
        return pickle.loads(base64.b64decode(stored))
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, base64.b64encode(pickle.dumps(rows)), ex=60)
    return rows
