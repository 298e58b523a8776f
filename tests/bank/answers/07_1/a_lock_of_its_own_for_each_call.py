# verdict: incorrect
# says: 8 loads

import threading
from concurrent.futures import Future


def single_flight():
    def load_once(key, load):
        with threading.Lock():
            return load()

    return load_once
