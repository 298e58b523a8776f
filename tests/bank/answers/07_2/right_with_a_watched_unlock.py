# verdict: correct

import time
import uuid

import redis


def unlock(cache, mark):
    """For servers older than DELIFEQ: the transaction fails if the lock has changed hands since the look."""
    with cache.pipeline() as pipe:
        try:
            pipe.watch("lock:product:7")
            if pipe.get("lock:product:7") == mark:
                pipe.multi()
                pipe.delete("lock:product:7")
                pipe.execute()
        except redis.WatchError:
            pass


def get_product(cache, db):
    mark = uuid.uuid4().hex
    while (page := cache.get("product:7")) is None:
        if cache.set("lock:product:7", mark, nx=True, px=10_000):
            try:
                page = cache.get("product:7")
                if page is None:
                    page = db.read()
                    cache.set("product:7", page, ex=60)
                return page
            finally:
                unlock(cache, mark)
        time.sleep(0.02)
    return page
