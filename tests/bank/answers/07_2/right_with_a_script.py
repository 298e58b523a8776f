# verdict: correct

import time
import uuid

UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
"""


def get_product(cache, db):
    me = str(uuid.uuid4())
    while True:
        page = cache.get("product:7")
        if page is not None:
            return page
        if not cache.set("product:7:lock", me, nx=True, ex=5):
            time.sleep(0.05)
            continue
        try:
            page = cache.get("product:7")
            if page is None:
                page = db.read()
                cache.set("product:7", page, ex=60)
            return page
        finally:
            cache.eval(UNLOCK, 1, "product:7:lock", me)
