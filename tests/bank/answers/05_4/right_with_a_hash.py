# verdict: correct

import uuid

import redis

KEY = "product:7:price"
TAKE = """
if redis.call('HSETNX', KEYS[1], 'lease', ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[1], 60)
return 1
"""
FILL = """
if redis.call('HGET', KEYS[1], 'lease') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'price', ARGV[2])
redis.call('EXPIRE', KEYS[1], 300)
return 1
"""


def cached(cache):
    try:
        return cache.hget(KEY, "price")
    except redis.RedisError:
        return None


def lease(cache):
    token = uuid.uuid4().hex
    try:
        return token if cache.eval(TAKE, 1, KEY, token) else None
    except redis.RedisError:
        return None


def sturdy_reader(cache, db):
    price = cached(cache)
    if price is None:
        token = lease(cache)
        price = db.read()
        if token:
            try:
                cache.eval(FILL, 1, KEY, token, price)
            except redis.RedisError:
                pass
    return price


def plain_writer(cache, db):
    db.write()


def handler(cache, version):
    cache.unlink(KEY)
