# verdict: incorrect
# says: it waited|TimeoutError|% of the customers
# says: hit|served

import threading
import time


def shop():
    places = threading.BoundedSemaphore(4)

    def get_item(item, cache, db):
        if not places.acquire(timeout=0.1):
            raise TimeoutError("the line is full")
        try:
            page = cache.get(f"item:{item}")
            if page is None:
                page = db.read(item)
                cache.set(f"item:{item}", page, ex=60)
            return page
        finally:
            places.release()

    return get_item
