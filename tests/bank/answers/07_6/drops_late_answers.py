# verdict: incorrect
# says: % of the customers

import threading
import time


def shop():
    places = threading.BoundedSemaphore(20)

    def get_item(item, cache, db):
        began = time.time()
        page = cache.get(f"item:{item}")
        if page is None:
            if not places.acquire(blocking=False):
                raise TimeoutError("the line is full")
            try:
                page = db.read(item)
                if time.time() - began < 0.09:
                    cache.set(f"item:{item}", page, ex=60)
            finally:
                places.release()
        return page

    return get_item
