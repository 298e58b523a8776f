# verdict: incorrect
# says: it stored a pickle(.|\n)*when it unpickles

import pickle


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    raw = cache.get(key)
    if raw:
        return pickle.loads(raw)
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, pickle.dumps(rows), ex=60)
    return rows
