# verdict: broken
# says: handler\(cache, version\)

KEY = "product:7:price"


def sturdy_reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.set(KEY, price)
    return price


def plain_writer(cache, db):
    db.write()


def handler(cache, version, db):
    cache.set(KEY, db.read())
