# verdict: not attempted
# says: nothing in it yet

import redis


class Open(redis.ConnectionError):
    """The breaker is open: nothing was called."""


class Breaker:
    def __init__(self, clock):
        self.clock = clock

    def call(self, function, *arguments):
        raise NotImplementedError("your code goes here")
