# verdict: broken
# says: lock

import threading
from concurrent.futures import Future

guard = threading.Lock()
guard.acquire()


def single_flight():
    def load_once(key, load):
        with guard:
            return load()

    return load_once
