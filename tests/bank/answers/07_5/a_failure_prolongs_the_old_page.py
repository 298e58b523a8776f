# verdict: incorrect
# says: still served
# says: Is there an end

import json
import time


def get_product_stale(cache, db, background):
    def refresh():
        try:
            page = db.read()
        except Exception:
            page = json.loads(cache.get("product:7"))[0]
        cache.set("product:7", json.dumps([page, time.time() + 1]), px=5000)
        return page

    stored = cache.get("product:7")
    if stored is None:
        return refresh()
    page, fresh_until = json.loads(stored)
    if time.time() > fresh_until and cache.set("lock:product:7", "1", nx=True, px=500):
        background(refresh)
    return page
