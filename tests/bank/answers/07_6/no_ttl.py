# verdict: incorrect
# says: the item has no TTL

import threading
import time


def shop():
    state = {}

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            page = db.read(item)
            cache.set(f"item:{item}", page)
        return page

    return get_item
