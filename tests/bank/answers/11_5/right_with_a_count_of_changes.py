# verdict: correct

import threading
import time
from collections import Counter


def near_cache(fetch, listening, size):
    kept, changes, lock, flushes = {}, Counter(), threading.Lock(), [0]

    def now(key):
        return changes[key], flushes[0], listening()

    def get(key):
        with lock:
            if key in kept:
                value, ends, state = kept[key]
                if state == now(key) and state[2] is not None and time.monotonic() < ends:
                    return value
            before, start = now(key), time.monotonic()
        value, seconds = fetch(key)
        with lock:
            if now(key) == before and seconds > 0:
                kept.pop(key, None)
                if len(kept) >= size:
                    kept.pop(next(iter(kept)))
                kept[key] = value, start + seconds, before
        return value

    def changed(keys):
        with lock:
            if keys is None:
                flushes[0] += 1
                kept.clear()
            for key in keys or ():
                changes[key] += 1
                kept.pop(key, None)

    return get, changed
