# verdict: correct

import threading
from time import time


class Busy(Exception):
    pass


class Shop:
    def __init__(self):
        self.loads, self.guard = 0, threading.Lock()

    def __enter__(self):
        with self.guard:
            if self.loads >= 4:
                raise Busy("four loads are under way")
            self.loads += 1

    def __exit__(self, *_):
        with self.guard:
            self.loads -= 1

    def get_item(self, item, cache, db):
        entry = cache.hgetall(f"shop:item:{item}")
        if entry and time() - float(entry["at"]) < 10:
            return entry["page"]
        try:
            with self:
                page = db.read(item)
                with cache.pipeline() as both:
                    both.hset(f"shop:item:{item}", mapping={"page": page, "at": time()})
                    both.expire(f"shop:item:{item}", 60)
                    both.execute()
                return page
        except Exception:
            if entry:
                return entry["page"]
            raise


def limited():
    return Shop().get_item
