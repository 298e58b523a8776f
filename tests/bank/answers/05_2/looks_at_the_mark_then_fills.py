# verdict: incorrect
# says: Where +line 13: cache.set
import uuid


def reader(cache, db):
    mark = f"lease {uuid.uuid4().hex}"
    found = cache.set("product:7:price", mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease "):
        return found
    price = db.read()
    if found is None and cache.get("product:7:price") == mark:
        cache.set("product:7:price", price)
    return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
