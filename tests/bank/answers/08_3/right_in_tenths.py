# verdict: correct

import random
import threading
import time

import redis


def retrier():
    lock, tenths = threading.Lock(), 100

    def give_back():
        nonlocal tenths
        with lock:
            tenths = min(100, tenths + 1)

    def take():
        nonlocal tenths
        with lock:
            if tenths < 10:
                return False
            tenths -= 10
            return True

    def retry(function, idempotent):
        try:
            for n in range(5):
                try:
                    return function()
                except (redis.ConnectionError, redis.TimeoutError):
                    if n == 4 or not idempotent or not take():
                        raise
                time.sleep(random.random() * min(1, 0.2 * 2**n))
        finally:
            give_back()

    return retry
