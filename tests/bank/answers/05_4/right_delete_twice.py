# verdict: correct

import uuid

import redis

KEY = "product:7:price"


def sturdy_reader(cache, db):
    mark = "lease " + uuid.uuid4().hex
    try:
        found = cache.set(KEY, mark, nx=True, get=True, px=60_000)
    except redis.RedisError:
        return db.read()
    if found is not None and not found.startswith("lease "):
        return found
    price = db.read()
    if found is None:
        try:
            cache.set(KEY, price, ifeq=mark, px=3_600_000)
        except redis.RedisError:
            pass
    return price


def plain_writer(cache, db):
    db.write()
    try:
        cache.delete(KEY)  # sooner than the handler, if all goes well
    except redis.RedisError:
        pass


def handler(cache, version):
    cache.delete(KEY)
