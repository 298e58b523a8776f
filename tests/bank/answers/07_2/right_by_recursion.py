# verdict: correct

import time
import uuid


def get_product(cache, db):
    page = cache.get("product:7")
    if page is not None:
        return page
    mark = uuid.uuid4().hex
    if not cache.set("loading:product:7", mark, nx=True, px=8000):
        time.sleep(0.03)
        return get_product(cache, db)
    try:
        page = cache.get("product:7")
        if page is None:
            page = db.read()
            cache.setex("product:7", 60, page)
    finally:
        cache.delifeq("loading:product:7", mark) if hasattr(cache, "delifeq") else cache.execute_command(
            "DELIFEQ", "loading:product:7", mark
        )
    return page
