# verdict: incorrect
# says: 0 loads
# says: Who refreshes

import json
import time


def get_product_stale(cache, db, background):
    def refresh():
        page = db.read()
        cache.set("product:7", json.dumps([page, time.time() + 1]), px=5000)
        return page

    stored = cache.get("product:7")
    if stored is None:
        return refresh()
    return json.loads(stored)[0]
