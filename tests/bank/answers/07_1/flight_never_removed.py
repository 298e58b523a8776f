# verdict: incorrect
# says: it got LookupError|the second one got 'old page'

import threading
from concurrent.futures import Future


def single_flight():
    flights, guard = {}, threading.Lock()

    def load_once(key, load):
        with guard:
            mine = key not in flights
            flight = flights.setdefault(key, Future())
        if mine:
            try:
                flight.set_result(load())
            except Exception as error:
                flight.set_exception(error)
        return flight.result()

    return load_once
