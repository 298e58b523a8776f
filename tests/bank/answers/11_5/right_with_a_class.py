# verdict: correct

import threading
import time
from collections import OrderedDict


class Near:
    def __init__(self, fetch, listening, size):
        self.fetch, self.listening, self.size = fetch, listening, size
        self.kept, self.asked = OrderedDict(), {}
        self.lock = threading.RLock()

    def get(self, key):
        line = self.listening()
        with self.lock:
            entry = self.kept.get(key)
            if entry and line is not None and entry["line"] == line and entry["ends"] > time.monotonic():
                self.kept.move_to_end(key)
                return entry["value"]
            mark = object()
            self.asked[key] = mark
        start = time.monotonic()
        value, left = self.fetch(key)
        with self.lock:
            if self.asked.get(key) is not mark:
                return value
            del self.asked[key]
            if value is not None and line is not None:
                self.kept[key] = {"value": value, "ends": start + left, "line": line}
                self.kept.move_to_end(key)
                if len(self.kept) > self.size:
                    self.kept.popitem(last=False)
        return value

    def changed(self, keys):
        with self.lock:
            if keys is None:
                self.kept.clear()
                self.asked.clear()
                return
            for key in keys:
                self.kept.pop(key, None)
                self.asked.pop(key, None)


def near_cache(fetch, listening, size):
    near = Near(fetch, listening, size)
    return near.get, near.changed
