# verdict: incorrect
# says: of the reads failed
# says: a product that never was in the database
# says: What do two requests share

import json
import uuid
from time import sleep

import redis


def connect(host, port, ca):
    return redis.Redis(host=host, port=port, ssl=bool(ca), ssl_ca_certs=ca, socket_timeout=0.2, decode_responses=True)


def get_product(product_id, cache, db):
    key, ticket = "product", "lease " + uuid.uuid4().hex
    for _ in range(30):
        found = cache.set(key, ticket, nx=True, get=True, px=2000)
        if found is None:
            row = db.product(product_id)
            cache.set(key, json.dumps(row), ifeq=ticket, ex=60)
            return row
        if not found.startswith("lease "):
            return json.loads(found)
        sleep(0.01)
    return db.product(product_id)


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    cache.delete("product")
    return version
