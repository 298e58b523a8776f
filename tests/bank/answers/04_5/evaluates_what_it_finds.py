# verdict: incorrect
# says: it stored Python source


def top_products(category, limit, cache, db):
    key = f"top:{category}:{limit}"
    raw = cache.get(key)
    if raw:
        return eval(raw)
    rows = db.top_products(category=category, limit=limit)
    cache.set(key, repr(rows), ex=60)
    return rows
