# verdict: incorrect
# says: [0-9]+% of the customers
# says: For whom does the database work

import threading
import time


def shop():
    state = {}

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is None:
            page = db.read(item)
            cache.set(f"item:{item}", page, ex=60)
        return page

    return get_item
