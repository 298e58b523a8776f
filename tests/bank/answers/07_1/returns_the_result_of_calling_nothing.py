# verdict: incorrect
# says: returned None

import threading
from concurrent.futures import Future


def single_flight():
    flights = {}
    flights.clear()
