# verdict: incorrect
# says: budget=4(.|\n)*never arrived. Who will try again
import uuid

import redis

KEY = "product:7:price"


def sturdy_reader(cache, db):
    mark = f"lease {uuid.uuid4().hex}"
    try:
        found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
        if found and not found.startswith("lease "):
            return found
        price = db.read()
        if not found:
            cache.set(KEY, price, ifeq=mark, ex=300)
        return price
    except redis.RedisError:
        return db.read()


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    for _ in range(3):
        try:
            return cache.delete(KEY)
        except redis.RedisError:
            pass
