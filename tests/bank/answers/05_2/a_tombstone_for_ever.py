# verdict: incorrect
# says: writer\(cache, db\), alone(.|\n)*without a TTL
import redis

KEY = "product:7:price"


def reader(cache, db):
    with cache.pipeline() as pipe:
        pipe.watch(KEY)
        price = pipe.get(KEY)
        if price not in (None, "gone"):
            return price
        price = db.read()
        pipe.multi()
        pipe.set(KEY, price, ex=3600)
        try:
            pipe.execute()
        except redis.WatchError:
            pass
        return price


def writer(cache, db):
    db.write()
    cache.set(KEY, "gone")
