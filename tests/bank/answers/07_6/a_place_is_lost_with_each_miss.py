# verdict: incorrect
# says: % of the customers

import threading
import time


def shop():
    places = threading.Semaphore(6)

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            if not places.acquire(blocking=False):
                raise TimeoutError("the line is full")
            page = db.read(item)
            cache.set(f"item:{item}", page, ex=60)
        return page

    return get_item
