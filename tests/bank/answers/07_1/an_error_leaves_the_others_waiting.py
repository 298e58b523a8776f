# verdict: incorrect
# says: still wait after 10 s
# says: Who tells those who wait

import threading
from concurrent.futures import Future


def single_flight():
    flights, guard = {}, threading.Lock()

    def load_once(key, load):
        with guard:
            mine = key not in flights
            flight = flights.setdefault(key, Future())
        if mine:
            flight.set_result(load())
            with guard:
                del flights[key]
        return flight.result()

    return load_once
