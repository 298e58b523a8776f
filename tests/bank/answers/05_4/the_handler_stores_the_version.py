# verdict: incorrect
# says: A new reader gets

import uuid

KEY = "product:7:price"


def sturdy_reader(cache, db):
    mark = "lease " + uuid.uuid4().hex
    found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    if found is not None and not found.startswith("lease "):
        return found
    price = db.read()
    if found is None:
        cache.set(KEY, price, ifeq=mark)
    return price


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.set(KEY, f"v{version - 1}")
