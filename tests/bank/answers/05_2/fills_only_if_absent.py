# verdict: incorrect
# says: A new reader gets v0; the database has v1


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price, nx=True)
    return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
