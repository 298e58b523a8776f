# verdict: correct

import random
import time

import redis


def retrier():
    state = {"left": 10}

    def again(function, number):
        try:
            return function()
        except redis.RedisError as error:
            failed = isinstance(error, (redis.ConnectionError, redis.TimeoutError))
            if not failed or number > 4 or state["left"] < 0.999:
                raise
        state["left"] -= 1
        time.sleep(min(1.0, 0.1 * 2**number) * random.random())
        return again(function, number + 1)

    def retry(function, idempotent):
        state["left"] = min(10, state["left"] + 0.1)
        return again(function, 1 if idempotent else 99)

    return retry
