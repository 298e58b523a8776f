# verdict: incorrect
# says: the second one ended after 2.0 s
# says: What does the load of one key hold

import threading
from concurrent.futures import Future


def single_flight():
    flights, guard, loading = {}, threading.Lock(), threading.Lock()

    def load_once(key, load):
        with guard:
            mine = key not in flights
            flight = flights.setdefault(key, Future())
        if mine:
            with loading:
                try:
                    flight.set_result(load())
                except Exception as error:
                    flight.set_exception(error)
                finally:
                    del flights[key]
        return flight.result()

    return load_once
