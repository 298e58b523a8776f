# verdict: incorrect
# says: Happened\s+10 retries
# says: also for one that fails

import random
import time

import redis


def retrier():
    budget = 10.0

    def retry(function, idempotent):
        nonlocal budget
        for longest in (0.2, 0.4, 0.8, 1.0, None):
            try:
                answer = function()
            except (redis.ConnectionError, redis.TimeoutError):
                if longest is None or not idempotent or budget < 1:
                    raise
            else:
                budget = min(10.0, budget + 0.1)
                return answer
            budget -= 1
            time.sleep(random.uniform(0, longest))

    return retry
