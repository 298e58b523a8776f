# verdict: incorrect
# says: somebody got None

import threading
from concurrent.futures import Future


def single_flight():
    flights, guard = {}, threading.Lock()

    def load_once(key, load):
        with guard:
            mine = key not in flights
            flight = flights.setdefault(key, threading.Event())
        if not mine:
            flight.wait()
            return None
        try:
            return load()
        finally:
            with guard:
                del flights[key]
            flight.set()

    return load_once
