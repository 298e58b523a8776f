# verdict: correct

import contextlib
from threading import Condition

import redis


class Open(redis.exceptions.ConnectionError):
    """Nobody was asked."""


class Breaker:
    def __init__(self, clock):
        self._clock, self._lock = clock, Condition()
        self._bits, self._count = 0, 0
        self._closed_from, self._probe = None, None

    def call(self, function, *arguments):
        with self._guarded():
            return function(*arguments)

    @contextlib.contextmanager
    def _guarded(self):
        me = object()
        with self._lock:
            if self._closed_from is not None:
                if self._probe is not None or self._clock() < self._closed_from:
                    raise Open("refused")
                self._probe = me
        try:
            yield
        except Exception as error:
            self._over(me, isinstance(error, (redis.ConnectionError, redis.TimeoutError)))
            raise
        else:
            self._over(me, False)

    def _over(self, me, failed):
        with self._lock:
            if self._probe is me:
                self._probe = None
                self._closed_from = self._clock() + 5 if failed else None
                self._bits = self._count = 0
            elif self._closed_from is None:
                self._bits = (self._bits << 1 | failed) & 0xFFFFF
                self._count = min(20, self._count + 1)
                if self._count >= 10 and self._bits.bit_count() / self._count >= 0.5:
                    self._closed_from = self._clock() + 5
