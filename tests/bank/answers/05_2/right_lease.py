# verdict: correct

import uuid

KEY = "product:7:price"


def reader(cache, db):
    mine = "lease:" + str(uuid.uuid4())
    while True:
        if cache.set(KEY, mine, nx=True, px=30_000):
            price = db.read()
            cache.set(KEY, price, ifeq=mine, px=600_000)
            return price
        found = cache.get(KEY)
        if found is None:
            continue  # it vanished between the two calls
        return db.read() if found.startswith("lease:") else found


def writer(cache, db):
    db.write()
    cache.unlink(KEY)
