# verdict: incorrect
# says: 8 loads

import threading
from concurrent.futures import Future


def single_flight():
    locks, guard = {}, threading.Lock()

    def load_once(key, load):
        with guard:
            lock = locks.setdefault(key, threading.Lock())
        with lock:
            return load()

    return load_once
