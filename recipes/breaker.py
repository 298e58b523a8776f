"""Lesson 08's breaker, for `CacheAside(…, breaker=Breaker())`: one for each process and cache node.

Copyright (c) 2026 The cachelab authors. MIT licence; copy it into any code base, this line is notice enough.
"""

import collections
import os
import threading
import time
import weakref

import redis

# A cluster of which no node answers raises the last, which is no RedisError.
SILENT = redis.ConnectionError, redis.TimeoutError, redis.exceptions.RedisClusterException
made = weakref.WeakSet()


def _forked():
    for one in list(made):
        one.lock, one.probe = threading.Lock(), None  # whoever had them is not here


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class Open(redis.ConnectionError):
    """Not asked: the breaker is open."""


class Breaker:
    """Opens when a `share` of the last `window` calls got no answer; every `pause` seconds one call may try.

    A refusal is an answer, and a pool that is too small is our own fault: neither opens it.
    """

    def __init__(self, share=0.5, window=20, pause=1.0):
        self.share, self.pause = share, pause
        self.failed = collections.deque(maxlen=window)  # of the last calls: did it fail?
        self.opened = self.probe = None  # since when; which call decides
        self.lock = threading.Lock()  # for the decisions only, never during a call
        made.add(self)

    def call(self, ask, *args, **named):
        me, failed = object(), False
        with self.lock:
            if self.opened is not None:
                if self.probe or time.monotonic() < self.opened + self.pause:
                    raise Open("not asked: the breaker is open")
                self.probe = me
        try:
            return ask(*args, **named)
        except SILENT as error:
            failed = not isinstance(error, redis.exceptions.MaxConnectionsError)
            raise
        finally:
            self._done(me, failed)

    def _done(self, me, failed):
        with self.lock:
            if me is self.probe:
                self.probe, self.opened = None, time.monotonic() if failed else None
                self.failed.clear()
            elif self.opened is None:  # a late answer opens nothing twice
                self.failed.append(failed)
                if len(self.failed) >= 5 and sum(self.failed) >= self.share * len(self.failed):
                    self.opened = time.monotonic()
