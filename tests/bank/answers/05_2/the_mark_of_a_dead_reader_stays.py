# verdict: incorrect
# says: fault='crash'(.|\n)*Who frees what it held

import uuid


def reader(cache, db):
    mark = "lease " + uuid.uuid4().hex
    found = cache.set("product:7:price", mark, nx=True, get=True)
    if found is not None and not found.startswith("lease "):
        return found
    price = db.read()
    if found is None:
        cache.set("product:7:price", price, ifeq=mark)
    return price


def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
