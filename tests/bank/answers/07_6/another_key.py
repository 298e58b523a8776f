# verdict: incorrect
# says: no key item:7

import threading
import time


def shop():
    state = {}

    def get_item(item, cache, db):
        page = cache.get(f"product:{item}")
        if page is None:
            page = db.read(item)
            cache.set(f"product:{item}", page, ex=60)
        return page

    return get_item
