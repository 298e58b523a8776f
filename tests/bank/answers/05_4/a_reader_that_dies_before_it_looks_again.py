# verdict: incorrect
# says: fault='crash'(.|\n)*A new reader gets v0(.|\n)*crashes

import redis

KEY = "product:7:price"


def sturdy_reader(cache, db):
    try:
        price = cache.get(KEY)
        if price is None:
            price, version = db.read_versioned()
            cache.set(KEY, price)
            if db.read_versioned()[1] != version:
                cache.delete(KEY)
        return price
    except redis.RedisError:
        return db.read()


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.delete(KEY)
