# verdict: incorrect
# says: How far into the future|too early

import json
import math
import random
import time


def get_product_by_dice(cache, db):
    stored = cache.get("product:7")
    if stored is not None:
        page, took, expires = json.loads(stored)
        if time.time() - 1 / took * math.log(1 - random.random()) < expires:
            return page
    began = time.time()
    page = db.read()
    now = time.time()
    cache.set("product:7", json.dumps([page, now - began, now + 2]), px=2000)
    return page
