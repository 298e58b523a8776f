# verdict: incorrect
# says: plain_writer\(cache, db\), alone and handler(.|\n)*product:7:handled is in the cache, without a TTL
import uuid

import redis


def sturdy_reader(cache, db):
    try:
        mark = f"lease {uuid.uuid4().hex}"
        found = cache.set("product:7:price", mark, nx=True, get=True, px=60_000)
        if found is not None and not found.startswith("lease "):
            return found
        price = db.read()
        if found is None:
            cache.set("product:7:price", price, ifeq=mark, ex=300)
        return price
    except redis.RedisError:
        return db.read()


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.delete("product:7:price")
    cache.set("product:7:handled", version)
