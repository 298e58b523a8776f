# verdict: incorrect
# says: 3 loads

import threading
import time


def shop():
    places = threading.BoundedSemaphore(4)

    def get_item(item, cache, db):
        return cache.get(f"item:{item}") or db.read(item)

    return get_item
