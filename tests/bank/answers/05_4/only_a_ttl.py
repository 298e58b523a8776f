# verdict: incorrect
# says: It heals when the entry's TTL ends

KEY = "product:7:price"


def sturdy_reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        price = db.read()
        cache.set(KEY, price, ex=10)
    return price


def plain_writer(cache, db):
    db.write()
    cache.delete(KEY)


def handler(cache, version):
    cache.delete(KEY)
