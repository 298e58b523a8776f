# verdict: incorrect
# says: the page expires; the next reader
# says: leave behind

import time


def get_product(cache, db):
    while (page := cache.get("product:7")) is None:
        if cache.set("lock:product:7", "1", nx=True, px=5000):
            page = cache.get("product:7")
            if page is None:
                page = db.read()
                cache.set("product:7", page, ex=60)
            return page
        time.sleep(0.02)
    return page
