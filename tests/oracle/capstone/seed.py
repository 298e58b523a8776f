"""Cache-aside as tutorials write it: what the capstone begins with."""

import json

import redis


def connect(host, port, ca):
    return redis.Redis(host=host, port=port, ssl=bool(ca), ssl_ca_certs=ca, socket_timeout=0.2)


def get_product(product_id, cache, db):
    key = f"product:{product_id}"
    try:
        found = cache.get(key)
        if found:
            return json.loads(found)
    except redis.RedisError:
        pass
    row = db.product(product_id)
    try:
        cache.set(key, json.dumps(row), ex=300)
    except redis.RedisError:
        pass
    return row


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    try:
        cache.delete(f"product:{product_id}")
    except redis.RedisError:
        pass
    return version
