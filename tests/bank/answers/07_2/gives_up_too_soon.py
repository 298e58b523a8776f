# verdict: incorrect
# says: a load of 2 s
# says: TimeoutError: nobody loaded product:7

import time
import uuid


def get_product(cache, db):
    mark = uuid.uuid4().hex
    for _ in range(50):
        page = cache.get("product:7")
        if page is not None:
            return page
        if cache.set("lock:product:7", mark, nx=True, px=10_000):
            try:
                page = cache.get("product:7")
                if page is None:
                    page = db.read()
                    cache.set("product:7", page, ex=60)
                return page
            finally:
                cache.execute_command("DELIFEQ", "lock:product:7", mark)
        time.sleep(0.02)
    raise TimeoutError("nobody loaded product:7")
