# verdict: incorrect
# says: 8 loads|[2-7] loads
# says: must be one step

import threading
from concurrent.futures import Future


def single_flight():
    flights = {}

    def load_once(key, load):
        flight = flights.get(key)
        if flight is None:
            flight = Future()
            flights[key] = flight
            try:
                flight.set_result(load())
            except Exception as error:
                flight.set_exception(error)
            finally:
                flights.pop(key, None)
        return flight.result()

    return load_once
