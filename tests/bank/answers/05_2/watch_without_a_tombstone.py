# verdict: incorrect
# says: A new reader gets v0; the database has v1

import redis

KEY = "product:7:price"


def reader(cache, db):
    with cache.pipeline() as pipe:
        pipe.watch(KEY)
        price = pipe.get(KEY)
        if price is not None:
            return price
        price = db.read()
        pipe.multi()
        pipe.set(KEY, price)
        try:
            pipe.execute()
        except redis.WatchError:
            pass
        return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)  # of a key that is not there: no watcher is told
