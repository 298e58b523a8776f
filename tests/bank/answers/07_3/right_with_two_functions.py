# verdict: correct

import time


def load(cache, db):
    page = cache.get("product:7")
    if page is None:
        page = db.read()
        cache.set("product:7", page, expire=60, noreply=False)
    return page


def memcached_reader(cache, db):
    while (page := cache.get("product:7")) is None:
        if cache.add("lock:7", b"me", expire=4, noreply=False):
            page = load(cache, db)
            cache.delete("lock:7", noreply=False)
            return page
        time.sleep(0.1)
    return page
