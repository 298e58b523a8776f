# verdict: incorrect
# says: A new reader gets v\d; the database has v\d


def reader(cache, db):
    found = cache.set("product:7:price", "lease", nx=True, get=True, px=60_000)
    if found is not None and found != "lease":
        return found
    price = db.read()
    if found is None:
        cache.set("product:7:price", price, ifeq="lease")
    return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
