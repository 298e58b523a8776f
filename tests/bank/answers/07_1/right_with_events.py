# verdict: correct

import threading
from concurrent.futures import Future


def single_flight():
    flights, guard = {}, threading.Lock()

    def load_once(key, load):
        with guard:
            flight = flights.get(key)
            mine = flight is None
            if mine:
                flight = flights[key] = {"over": threading.Event()}
        if not mine:
            flight["over"].wait()
        else:
            try:
                flight["page"] = load()
            except Exception as error:
                flight["error"] = error
            with guard:
                del flights[key]
            flight["over"].set()
        if "error" in flight:
            raise flight["error"]
        return flight["page"]

    return load_once
