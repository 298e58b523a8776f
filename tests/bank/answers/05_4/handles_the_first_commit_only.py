# verdict: incorrect
# says: A new reader gets v1; the database has v2
import uuid

import redis


def sturdy_reader(cache, db):
    mark = f"lease {uuid.uuid4().hex}"
    try:
        found = cache.set("product:7:price", mark, nx=True, get=True, px=60_000)
        if found is not None and not found.startswith("lease "):
            return found
        price = db.read()
        if found is None:
            cache.set("product:7:price", price, ifeq=mark)
        return price
    except redis.RedisError:
        return db.read()


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    if version == 1:
        cache.delete("product:7:price")
