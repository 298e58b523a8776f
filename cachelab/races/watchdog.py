"""Ends client functions that neither call nor return."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

from .calls import Where
from .refusals import Endless
from .session import Session, Suspend, innermost

PATIENCE = 1.0  # seconds of processor time that one run of a client may take; a millisecond is usual


class Watchdog:
    """Ends a client function that neither calls nor returns: `with Watchdog(session): …` around an
    exploration.

    Python can raise an exception in another thread (between two bytecodes); it is raised again until the
    function has ended, since a bare `except:` may catch it.
    """

    def __init__(self, session: Session):
        self._session = session
        self._done = threading.Event()
        self._thread = threading.get_ident()

    def __enter__(self):
        self._watcher = threading.Thread(target=self._watch, name="races watchdog", daemon=True)
        try:
            self._watcher.start()
        except RuntimeError:  # no threads on this platform: an endless client then hangs, as it would anyway
            self._watcher = None
        except BaseException:  # an interrupt: nobody will come to end it
            self._done.set()
            raise
        return self

    def __exit__(self, kind, *_):
        self._done.set()
        if self._session.overdue is None:
            return
        try:  # one more may be under way: let it arrive here
            self._watcher.join()
            for _ in range(1000):
                pass
        except Suspend:
            pass
        if kind is Suspend:
            raise self._session.overdue from None

    def _watch(self):
        clock = _clock_of(self._thread)
        seen, since = None, clock()
        while not self._done.wait(PATIENCE / 8 if self._session.overdue is None else 0.01):
            run = self._session.current
            if run is None or run is not seen:
                seen, since = run, clock()
            elif clock() - since > PATIENCE:
                if not run.over:
                    run.problem = Endless(
                        f"{run.program.name} ran for {PATIENCE:g} s without a call to the cache or the "
                        f"database: look for a loop without an end at {self._where()}."
                    )
                self._session.overdue = (
                    self._session.overdue
                    or run.problem
                    or Endless(
                        f"{run.program.name} does not end when it is interrupted at {run.where}: it catches "
                        "everything, again and again. Catch redis.RedisError instead."
                    )
                )
                _raise_in(self._thread, Suspend)

    def _where(self) -> Where | None:
        frame = sys._current_frames().get(self._thread)
        return innermost(frame)


def _clock_of(thread: int) -> Callable[[], float]:
    """A thread's processor time in seconds, so that a stalled machine ends nobody; else the wall's."""
    try:
        clock = time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return time.monotonic
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, exception: type[BaseException]) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
