# verdict: correct

import threading
from concurrent.futures import Future


def single_flight():
    flights = {}

    def load_once(key, load):
        mine = Future()
        flight = flights.setdefault(key, mine)  # one step, in CPython
        if flight is mine:
            try:
                mine.set_result(load())
            except Exception as error:
                mine.set_exception(error)
            finally:
                del flights[key]
        return flight.result()

    return load_once
