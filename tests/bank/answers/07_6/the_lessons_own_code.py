# verdict: incorrect
# says: pages came after more than 0.09 s
# says: How many loads of 0.02 s

import threading

places = threading.BoundedSemaphore(6)  # two served, four wait


def limited(item, cache, db):
    page = cache.get(f"item:{item}")
    if page is None:
        if not places.acquire(blocking=False):
            raise TimeoutError("the line is full")  # 503: try later
        try:
            page = db.read(item)
        finally:
            places.release()
        cache.set(f"item:{item}", page, ex=60)
    return page


def shop():
    return limited
