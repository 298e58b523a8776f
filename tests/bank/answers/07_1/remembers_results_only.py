# verdict: incorrect
# says: the second one got 'old page'
# says: What becomes of a flight that has landed

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
                with guard:
                    del flights[key]
                flight.set_exception(error)
        return flight.result()

    return load_once
