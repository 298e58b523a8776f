# verdict: incorrect
# says: random.random\(\)` gives 0.0
# says: 2⁵³

import json
import time
from math import log
from random import random


def get_product_by_dice(cache, db):
    stored = cache.get("product:7")
    if stored is not None:
        page, took, expires = json.loads(stored)
        if time.time() - took * log(random()) < expires:
            return page
    began = time.time()
    page = db.read()
    now = time.time()
    cache.set("product:7", json.dumps([page, now - began, now + 2]), px=2000)
    return page
