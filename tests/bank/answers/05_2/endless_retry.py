# verdict: broken
# says: never ends|line \d+


def reader(cache, db):
    while True:
        price = cache.get("product:7:price")
        if price is not None:
            return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
