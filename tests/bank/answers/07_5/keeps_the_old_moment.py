# verdict: incorrect
# says: its read starts one more refresh

import json
import time


def get_product_stale(cache, db, background):
    def refresh():
        page = db.read()
        kept = cache.get("product:7")
        moment = json.loads(kept)[1] if kept else time.time() + 1
        cache.set("product:7", json.dumps([page, moment]), px=5000)
        return page

    stored = cache.get("product:7")
    if stored is None:
        return refresh()
    page, fresh_until = json.loads(stored)
    if time.time() > fresh_until and cache.set("lock:product:7", "1", nx=True, px=400):
        background(refresh)
    return page
