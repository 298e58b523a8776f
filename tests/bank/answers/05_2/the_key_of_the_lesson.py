# verdict: incorrect
# says: user:1 is in the cache(.|\n)*begin with product:7
import uuid

KEY = "user:1"


def reader(cache, db):
    mark = f"lease {uuid.uuid4()}"
    found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease"):
        return found
    price = db.read()
    if found is None:
        cache.set(KEY, price, ifeq=mark, ex=300)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
