# verdict: incorrect
# says: the function was not called
# says: Open

import threading
from collections import deque

import redis


class Open(Exception):
    pass


class Breaker:
    def __init__(self, clock):
        self.clock = clock
        self.recent = deque(maxlen=20)
        self.opened, self.probing = None, False
        self.lock = threading.Lock()

    def call(self, function, *arguments):
        with self.lock:
            probe = self.opened is not None
            if probe:
                if self.probing or self.clock() - self.opened < 5:
                    raise Open("the breaker is open")
                self.probing = True
        try:
            result = function(*arguments)
        except (redis.ConnectionError, redis.TimeoutError):
            self._note(probe, False)
            raise
        except BaseException:
            self._note(probe, True)
            raise
        self._note(probe, True)
        return result

    def _note(self, probe, well):
        with self.lock:
            if probe:
                self.probing = False
                self.opened = None if well else self.clock()
                self.recent.clear()
            elif self.opened is None:
                self.recent.append(well)
                failed = self.recent.count(False)
                if len(self.recent) >= 10 and failed >= len(self.recent) / 2:
                    self.opened = self.clock()
