# verdict: incorrect
# says: read|others go on|None|nobody|stuck|wait

import time


def memcached_reader(cache, db):
    while (page := cache.get("product:7")) is None:
        if (
            cache.add("lock:product:7", b"0", expire=5, noreply=False)
            or cache.incr("lock:product:7", 1, noreply=False) == 1
        ):
            try:
                page = cache.get("product:7")
                if page is None:
                    page = db.read()
                    cache.set("product:7", page, expire=60, noreply=False)
                return page
            finally:
                cache.delete("lock:product:7", noreply=False)
        time.sleep(0.05)
    return page
