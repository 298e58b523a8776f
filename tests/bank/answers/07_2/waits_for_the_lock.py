# verdict: incorrect
# says: the last one had its page after
# says: at what do they look


def get_product(cache, db):
    """redis-py's own lock: thirty readers take it one after the other, though the page is there."""
    page = cache.get("product:7")
    if page is None:
        with cache.lock("lock:product:7", timeout=10):
            page = cache.get("product:7")
            if page is None:
                page = db.read()
                cache.set("product:7", page, ex=60)
    return page
