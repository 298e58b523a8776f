# verdict: incorrect
# says: read 2 times


def get_product(cache, db):
    page = cache.get("product:7")
    if page is None:
        page = db.read()
        cache.set("product:7", page, ex=60)
    return page
