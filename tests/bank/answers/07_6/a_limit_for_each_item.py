# verdict: incorrect
# says: % of the customers

import threading
import time


def shop():
    places_of = {}

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            places = places_of.setdefault(item, threading.BoundedSemaphore(4))
            if not places.acquire(blocking=False):
                raise TimeoutError("the line is full")
            try:
                page = db.read(item)
                cache.set(f"item:{item}", page, ex=60)
            finally:
                places.release()
        return page

    return get_item
