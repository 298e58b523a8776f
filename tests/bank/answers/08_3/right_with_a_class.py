# verdict: correct

import random
import threading
from time import sleep

from redis import exceptions

FAILURES = (exceptions.ConnectionError, exceptions.TimeoutError)


class Budget:
    def __init__(self):
        self.tenths, self.lock = 100, threading.Lock()

    def called(self):
        with self.lock:
            self.tenths = min(100, self.tenths + 1)

    def grants(self):
        with self.lock:
            if self.tenths < 10:
                return False
            self.tenths -= 10
            return True


class Retrier:
    def __init__(self):
        self.budget, self.chance = Budget(), random.Random()

    def __call__(self, function, idempotent):
        self.budget.called()
        pauses = [0.2, 0.4, 0.8, 1.0] if idempotent else []
        while True:
            try:
                return function()
            except FAILURES:
                if not pauses or not self.budget.grants():
                    raise
            sleep(pauses.pop(0) * self.chance.random())


def retrier():
    return Retrier()
