# verdict: correct

import json
import time


def limited():
    def get_item(item, cache, db):
        stored = cache.get(f"item:{item}")
        page, at = json.loads(stored) if stored else (None, 0)
        if page and time.time() - at < 10:
            return page
        try:
            if cache.incr("loads") > 4:
                raise RuntimeError("four loads are under way")
            new = db.read(item)
        except Exception:
            if page:
                return page
            raise
        finally:
            cache.decr("loads")
        cache.set(f"item:{item}", json.dumps([new, time.time()]), ex=60)
        return new

    return get_item
