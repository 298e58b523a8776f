# verdict: incorrect
# says: % of the customers

import threading
import time


def shop():
    places = threading.BoundedSemaphore(4)

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            if not places.acquire(blocking=False):
                raise TimeoutError("the line is full")
            try:
                page = db.read(item)
                cache.set(f"item:{item}", page, ex=60)
                time.sleep(0.5)
            finally:
                places.release()
        return page

    return get_item
