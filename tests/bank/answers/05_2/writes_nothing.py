# verdict: incorrect
# says: it wrote nothing to the database


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price


def writer(cache, db):
    cache.delete("product:7:price")
