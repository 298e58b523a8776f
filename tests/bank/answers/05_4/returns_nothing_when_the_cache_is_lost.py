# verdict: incorrect
# says: reader returns None(.|\n)*when the cache does not answer

import uuid

import redis

KEY = "product:7:price"


def sturdy_reader(cache, db):
    mark = "lease " + uuid.uuid4().hex
    try:
        found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
        if found is not None and not found.startswith("lease "):
            return found
        price = db.read()
        if found is None:
            cache.set(KEY, price, ifeq=mark)
        return price
    except redis.RedisError:
        return None


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.delete(KEY)
