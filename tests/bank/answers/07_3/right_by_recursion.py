# verdict: correct

import time


def memcached_reader(cache, db):
    page = cache.get("product:7")
    if page is not None:
        return page
    if not cache.add("loading", b"1", expire=10, noreply=False):
        time.sleep(0.05)
        return memcached_reader(cache, db)
    page = cache.get("product:7")
    if page is None:
        page = db.read()
        cache.set("product:7", page, expire=60, noreply=False)
    cache.delete("loading", noreply=False)
    return page
