# verdict: incorrect
# says: product:2 is asked for again
# says: it has not changed

import threading
import time


def near_cache(fetch, listening, size):
    kept, asked, lock = {}, {}, threading.Lock()

    def get(key):
        with lock:
            value, ends, line = kept.get(key, (None, 0, None))
            if line is not None and line == listening() and time.monotonic() < ends:
                return value
            mark = asked[key] = (time.monotonic(), listening())
        value, seconds = fetch(key)
        with lock:
            if asked.get(key) is mark:
                while len(kept) >= size:
                    del kept[next(iter(kept))]
                kept[key] = (value, mark[0] + seconds, mark[1])
        return value

    def changed(keys):
        with lock:
            for key in [*kept, *asked]:
                kept.pop(key, None), asked.pop(key, None)

    return get, changed
