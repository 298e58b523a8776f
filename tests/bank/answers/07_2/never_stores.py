# verdict: incorrect
# says: asked the database 1 times


def get_product(cache, db):
    return cache.get("product:7") or db.read()
