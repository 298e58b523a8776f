# verdict: correct

import uuid

KEY = "product:7:price"
TAKE = """
if redis.call('HSETNX', KEYS[1], 'lease', ARGV[1]) == 0 then return 0 end
redis.call('PEXPIRE', KEYS[1], 20000)
return 1
"""
FILL = """
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'price', ARGV[2])
redis.call('EXPIRE', KEYS[1], 300)
return 1
"""


def reader(cache, db):
    price, _ = cache.hmget(KEY, "price", "lease")
    if price is not None:
        return price
    token = uuid.uuid4().hex
    mine = cache.eval(TAKE, 1, KEY, token)
    price = db.read()
    if mine:
        cache.eval(FILL, 1, KEY, token, price)
    return price


def writer(cache, db):
    db.write()
    cache.delete(KEY)
