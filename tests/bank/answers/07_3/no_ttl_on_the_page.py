# verdict: incorrect
# says: the page never expires

import time


def memcached_reader(cache, db):
    while (page := cache.get("product:7")) is None:
        if cache.add("lock:product:7", b"mine", expire=5, noreply=False):
            try:
                page = cache.get("product:7")
                if page is None:
                    page = db.read()
                    cache.set("product:7", page, noreply=False)
                return page
            finally:
                cache.delete("lock:product:7", noreply=False)
        time.sleep(0.05)
    return page
