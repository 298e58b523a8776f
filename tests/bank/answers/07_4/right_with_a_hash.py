# verdict: correct

import random
import time


def get_product_by_dice(cache, db):
    page, took, expires = cache.hmget("product:7", "page", "took", "expires")
    if page is not None and time.time() + float(took) * random.expovariate(1.0) < float(expires):
        return page
    began = time.monotonic()
    page = db.read()
    fields = {"page": page, "took": time.monotonic() - began, "expires": time.time() + 2.0}
    with cache.pipeline() as pipeline:
        pipeline.hset("product:7", mapping=fields)
        pipeline.expire("product:7", 2)
        pipeline.execute()
    return page
