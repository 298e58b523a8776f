# verdict: incorrect
# says: fault='e(vict|xpire)'

import time
import uuid

KEY, LOCK = "product:7:price", "lock:product:7:price"
UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def reader(cache, db):
    price = cache.get(KEY)
    if price is None:
        token = uuid.uuid4().hex
        mine = cache.set(LOCK, token, nx=True, px=5_000)
        price = db.read()
        if mine:
            cache.set(KEY, price)
            cache.eval(UNLOCK, 1, LOCK, token)
    return price


def writer(cache, db):
    token = uuid.uuid4().hex
    while not cache.set(LOCK, token, nx=True, px=5_000):
        time.sleep(0.01)
    db.write()
    cache.delete(KEY)
    cache.eval(UNLOCK, 1, LOCK, token)
