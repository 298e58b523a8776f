# verdict: correct

import time


def memcached_reader(cache, db):
    while True:
        page = cache.get("product:7")
        if page is not None:
            return page
        if cache.add("product:7:lock", "1", expire=3, noreply=False):
            break
        time.sleep(0.02)
    try:
        page = cache.get("product:7")
        if page is None:
            page = db.read()
            cache.set("product:7", page, expire=300, noreply=False)
        return page
    finally:
        cache.delete("product:7:lock", noreply=False)
