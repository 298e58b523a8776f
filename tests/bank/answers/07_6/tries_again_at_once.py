# verdict: incorrect
# says: % of the customers

import threading
import time


def shop():
    places = threading.BoundedSemaphore(30)

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        for _ in range(3):
            if page is None and places.acquire(timeout=0.15):
                try:
                    page = db.read(item)
                    cache.set(f"item:{item}", page, ex=60)
                finally:
                    places.release()
        return page

    return get_item
