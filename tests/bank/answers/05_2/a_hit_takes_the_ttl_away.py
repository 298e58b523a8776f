# verdict: incorrect
# says: with a warm cache(.|\n)*without a TTL
import uuid

KEY = "product:7:price"


def reader(cache, db):
    mark = f"lease {uuid.uuid4()}"
    found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease"):
        cache.persist(KEY)
        return found
    price = db.read()
    if found is None:
        cache.set(KEY, price, ifeq=mark, ex=300)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
