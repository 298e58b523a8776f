# verdict: incorrect
# says: the page lives for 0\.\d s more(.|\n)*stored for a minute

import time
import uuid


def get_product(cache, db, second_look=True, lock_ms=5000):
    mark = uuid.uuid4().hex
    while (page := cache.get("product:7")) is None:
        if cache.set("lock:product:7", mark, nx=True, px=lock_ms):
            try:
                page = cache.get("product:7") if second_look else None
                if page is None:
                    page = db.read()
                    cache.set("product:7", page, px=800)
                return page
            finally:
                cache.execute_command("DELIFEQ", "lock:product:7", mark)
        time.sleep(0.01)
    return page
