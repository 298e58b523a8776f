# verdict: correct
# says: No order of the calls

import json
from collections import Counter
from random import uniform
from uuid import uuid4

import redis
from redis.backoff import EqualJitterBackoff, NoBackoff
from redis.retry import Retry

careful = dict(socket_timeout=0.2, socket_connect_timeout=1.5,
               retry=Retry(NoBackoff(), 0))
AWAY = redis.RedisError, redis.RedisClusterException
failures = Counter()


def failed(doing, error):
    failures.update([(doing, type(error).__name__)])


def connect(host, port, ca):
    return redis.Redis(host=host, port=port, ssl=bool(ca), ssl_ca_certs=ca, **careful)


def get_product(product_id, cache, db, ttl=300):
    key, ticket, mine = f"product:{product_id}", b"ticket " + uuid4().bytes, False
    try:
        found = cache.set(key, ticket, nx=True, get=True, px=10_000)
        mine = found is None
        if not (mine or found.startswith(b"ticket ")):
            return json.loads(found)
    except (redis.ResponseError, ValueError, TypeError, KeyError) as error:
        failed("read", error)
        cache.delete(key)             # not one of ours: a delete is always safe
    except AWAY as error:
        failed("get", error)
    row = db.product(product_id)
    if mine:
        life = round((ttl if row else min(ttl, 30)) * uniform(0.9, 1)) or 1
        try:
            cache.set(key, json.dumps(row), ifeq=ticket, ex=life)
        except AWAY as error:
            failed("set", error)
    return row


def change_price(product_id, price, cache, db):
    version = db.set_price(product_id, price)
    try:
        cache.delete(f"product:{product_id}")
    except redis.RedisError:
        pass
    return version
