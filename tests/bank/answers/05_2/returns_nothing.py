# verdict: incorrect
# says: reader returns None


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
