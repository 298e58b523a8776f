# verdict: incorrect
# says: product:7:price is in the cache, without a TTL(.|\n)*volatile-lru
import uuid

KEY = "product:7:price"


def reader(cache, db):
    mark = f"lease {uuid.uuid4()}"
    found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease"):
        return found
    price = db.read()
    if found is None:
        cache.set(KEY, price, ifeq=mark)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
