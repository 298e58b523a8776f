# verdict: correct

import random
import time

import redis


def retrier():
    budget = 10.0

    def retry(function, idempotent):
        nonlocal budget
        budget = min(10.0, budget + 0.1)
        for attempt in range(5):
            try:
                return function()
            except (redis.ConnectionError, redis.TimeoutError):
                if attempt == 4 or not idempotent or budget < 1:
                    raise
                budget -= 1
                time.sleep(random.uniform(0, min(1, 0.2 * 2**attempt)))

    return retry
