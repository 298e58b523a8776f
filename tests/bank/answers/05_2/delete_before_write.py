# verdict: incorrect
# says: explore\(\[reader, writer\]\)(.|\n)*A new reader gets v0; the database has v1

import uuid


def reader(cache, db):
    mark = uuid.uuid4().hex
    found = cache.set("product:7:price", "lease " + mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease "):
        return found
    price = db.read()
    if found is None:
        cache.set("product:7:price", price, ifeq="lease " + mark)
    return price


def writer(cache, db):
    cache.delete("product:7:price")
    db.write()
