# verdict: incorrect
# says: the database was asked
# says: What limits how often

import json
import time


def get_product_stale(cache, db, background):
    def refresh():
        try:
            page = db.read()
            cache.set("product:7", json.dumps([page, time.time() + 1]), px=5000)
            return page
        finally:
            cache.delete("lock:product:7")

    stored = cache.get("product:7")
    if stored is None:
        return refresh()
    page, fresh_until = json.loads(stored)
    if time.time() > fresh_until and cache.set("lock:product:7", "1", nx=True, px=500):
        background(refresh)
    return page
