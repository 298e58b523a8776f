# verdict: incorrect
# says: (gets|waits|Nobody|Somebody|fill)

import time

KEY, LOCK = "product:7:price", "lock:product:7:price"


def reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        mine = cache.set(LOCK, "1", nx=True)
        price = db.read()
        if mine:
            cache.set(KEY, price)
            cache.delete(LOCK)
    return price


def writer(cache, db):
    while not cache.set(LOCK, "1", nx=True):
        time.sleep(0.01)
    db.write()
    cache.delete(KEY)
