# verdict: incorrect
# says: looks again and again(.|\n)*how long would this reader's caller wait
import time
import uuid

KEY = "product:7:price"


def reader(cache, db):
    mark = f"lease {uuid.uuid4()}"
    found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    for _ in range(3):
        if found is None or not found.startswith("lease"):
            break
        time.sleep(0.05)
        found = cache.get(KEY)
        if found is None:
            return db.read()
    if found is not None and not found.startswith("lease"):
        return found
    price = db.read()
    cache.set(KEY, price, ifeq=mark, ex=300)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
