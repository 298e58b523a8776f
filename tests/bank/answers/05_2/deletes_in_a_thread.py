# verdict: broken
# says: not modelled: threads
import threading


def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price


def writer(cache, db):
    db.write()
    threading.Thread(target=cache.delete, args=("product:7:price",)).start()
