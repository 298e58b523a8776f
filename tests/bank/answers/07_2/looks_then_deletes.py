# verdict: incorrect
# says: the unlock removed lock:product:7
# says: between your look and your removal

import time
import uuid


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
                if cache.get("lock:product:7") == mark:
                    cache.delete("lock:product:7")
        time.sleep(0.02)
    return page
