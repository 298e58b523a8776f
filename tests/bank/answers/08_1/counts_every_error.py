# verdict: incorrect
# says: KeyError
# says: it opened after 10 calls

import threading
from collections import deque

import redis


class Open(redis.ConnectionError):
    pass


class Breaker:
    def __init__(self, clock):
        self.clock, self.lock = clock, threading.Lock()
        self.failures = deque(maxlen=20)
        self.opened = self.probe = None

    def call(self, function, *arguments):
        me = object()
        with self.lock:
            if self.opened is not None:
                if self.probe is not None or self.clock() < self.opened + 5:
                    raise Open("not asked")
                self.probe = me
        failed = False
        try:
            return function(*arguments)
        except redis.ResponseError:
            raise
        except Exception:
            failed = True
            raise
        finally:
            with self.lock:
                if me is self.probe:
                    self.probe, self.opened = None, self.clock() if failed else None
                    self.failures.clear()
                elif self.opened is None:
                    self.failures.append(failed)
                    if len(self.failures) >= 10 and 2 * sum(self.failures) >= len(self.failures):
                        self.opened = self.clock()
