# verdict: incorrect
# says: a TTL of 600 s

import threading
import time


def shop():
    state = {}

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            page = db.read(item)
            cache.set(f"item:{item}", page, ex=600)
        return page

    return get_item
