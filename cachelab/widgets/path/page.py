"""The program in the picture, where the learner brings none: a product's page, cache-aside."""

import json

import redis


def product_page(product_id, cache, db, ttl):
    """The page from the cache, or from the database; works without the cache, only slower."""
    key = f"product:{product_id}:page"
    try:
        stored = cache.get(key)
        if stored is not None:
            return json.loads(stored)  # hit
        reachable = True
    except redis.RedisError:
        reachable = False  # dead or frozen: do not wait for it twice
    page = db.product_page(product_id)  # miss
    if reachable:
        try:
            cache.set(key, json.dumps(page, default=str), ex=ttl)
        except redis.RedisError:
            pass
    return page


def product_page_or_error(product_id, cache, db, ttl):
    """The same with nothing to fall back on: when the cache is down, so is the shop."""
    key = f"product:{product_id}:page"
    stored = cache.get(key)
    if stored is not None:
        return json.loads(stored)
    page = db.product_page(product_id)
    cache.set(key, json.dumps(page, default=str), ex=ttl)
    return page
