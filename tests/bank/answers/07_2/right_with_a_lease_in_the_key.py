# verdict: correct

import time
import uuid


def get_product(cache, db):
    """The mark stands in the page's own place, as in lesson 05."""
    mark = f"lease {uuid.uuid4().hex}"
    while True:
        found = cache.set("product:7", mark, nx=True, get=True, px=10_000)
        if found is None:
            try:
                page = db.read()
            except Exception:
                cache.execute_command("DELIFEQ", "product:7", mark)
                raise
            cache.set("product:7", page, ifeq=mark, ex=60)
            return page
        if not found.startswith("lease "):
            return found
        time.sleep(0.02)
