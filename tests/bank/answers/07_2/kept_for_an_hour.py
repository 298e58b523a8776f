# verdict: incorrect
# says: the page lives for 3\d\d\d\.\d s more

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
                    cache.set("product:7", page, ex=3600)
                return page
            finally:
                cache.execute_command("DELIFEQ", "lock:product:7", mark)
        time.sleep(0.02)
    return page
