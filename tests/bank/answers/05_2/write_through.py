# verdict: incorrect
# says: A new reader gets v\d; the database has v\d


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price, nx=True)
    return price


def writer(cache, db):
    price, _ = db.write()
    cache.set("product:7:price", price)
