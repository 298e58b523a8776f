# verdict: incorrect
# says: A new reader gets v0; the database has v1

import time


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price


def writer(cache, db):
    cache.delete("product:7:price")
    db.write()
    time.sleep(0.5)
    cache.delete("product:7:price")
