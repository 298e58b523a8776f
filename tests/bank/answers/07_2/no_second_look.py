# verdict: incorrect
# says: read 2 times
# says: between its look and its lock

import time
import uuid


def get_product(cache, db):
    mark = uuid.uuid4().hex
    while (page := cache.get("product:7")) is None:
        if cache.set("lock:product:7", mark, nx=True, px=10_000):
            try:
                page = db.read()
                cache.set("product:7", page, ex=60)
                return page
            finally:
                cache.execute_command("DELIFEQ", "lock:product:7", mark)
        time.sleep(0.02)
    return page
