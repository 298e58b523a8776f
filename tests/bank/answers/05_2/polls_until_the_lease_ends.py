# verdict: incorrect
# says: while another reader is at its db.read\(\)(.|\n)*looks again and again(.|\n)*after one look
import time
import uuid

KEY = "product:7:price"


def reader(cache, db):
    mark = f"lease {uuid.uuid4()}"
    while True:
        found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
        if found is None:
            break
        if not found.startswith("lease"):
            return found
        time.sleep(0.05)
    price = db.read()
    cache.set(KEY, price, ifeq=mark, ex=300)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
