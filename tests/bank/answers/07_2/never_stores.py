# verdict: incorrect
# says: asked the database 1 time(?!s)


def get_product(cache, db):
    return cache.get("product:7") or db.read()
