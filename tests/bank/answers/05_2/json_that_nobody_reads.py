# verdict: incorrect
# says: What did it put into the cache, and in which form?
import json


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", json.dumps({"price": price}))
    return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
