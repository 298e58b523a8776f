# verdict: correct

import math
import random
import time


def get_product_by_dice(cache, db):
    with cache.pipeline(transaction=False) as pipeline:
        stored, left = pipeline.get("product:7").pttl("product:7").execute()
    if stored is not None:
        took, page = stored.split(" ", 1)
        if float(took) * -math.log(1.0 - random.random()) < left / 1000:
            return page
    began = time.time()
    page = db.read()
    cache.set("product:7", f"{time.time() - began} {page}", px=2000)
    return page
