# verdict: incorrect
# says: [2-5] loads
# says: tell 'no result yet' from a result that is None

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
            finally:
                del flights[key]
        return flight.result() or load()

    return load_once
