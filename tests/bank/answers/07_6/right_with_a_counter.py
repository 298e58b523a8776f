# verdict: correct

import threading


def shop():
    lock, state = threading.Lock(), {"loading": 0}

    def get_item(item, cache, db):
        page = cache.get(f"item:{item}")
        if page is not None:
            return page
        with lock:
            if state["loading"] >= 4:
                raise RuntimeError("503: too many are waiting")
            state["loading"] += 1
        try:
            page = db.read(item)
            cache.setex(f"item:{item}", 60, page)
            return page
        finally:
            with lock:
                state["loading"] -= 1

    return get_item
