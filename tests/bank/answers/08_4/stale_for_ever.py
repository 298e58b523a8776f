# verdict: incorrect
# says: never expires|nothing older

import json
import threading
import time


def limited():
    places = threading.BoundedSemaphore(4)

    def get_item(item, cache, db):
        stored = cache.get(f"item:{item}")
        page, fresh_until = json.loads(stored) if stored else (None, 0)
        if time.time() < fresh_until:
            return page
        if not places.acquire(blocking=False):
            if page is None:
                raise TimeoutError("four loads are under way")
            return page
        try:
            loaded = db.read(item)
        except Exception:
            if page is None:
                raise
            return page
        finally:
            places.release()
        cache.set(f"item:{item}", json.dumps([loaded, time.time() + 10]))
        return loaded

    return get_item
