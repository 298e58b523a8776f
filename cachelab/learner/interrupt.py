"""Stops the learner's code: says when it has had its time, and raises in it until it ends.

Its time is what it used or chose to wait for, never what the machine kept from it: a thread that is ready to
run and gets no processor, because thirty learners share two of them, uses up nothing.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from . import lines
from .clock import real_monotonic
from .lines import Line

TASKS = Path("/proc/self/task")
PATIENCE = 1.0  # seconds of processor time that one run of a client may take; a millisecond is usual


def raise_in(thread: int, exception: type[BaseException]) -> None:
    """Raise in another thread, between two of its bytecodes."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What is done in this block is done whole: an interrupt that comes meanwhile is raised at its end.

    For moments, such as the one between the birth of a process and its being known. An interrupt comes to
    the main thread alone: in another thread nothing is put off, nor in a browser.
    """
    before = signal.getsignal(signal.SIGINT)
    here = threading.current_thread() is threading.main_thread() and sys.platform != "emscripten"
    if not here or before is None:  # None: a handler that is not Python's, and could not be put back
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


class _Arrived(BaseException):
    pass


def take_back() -> None:
    """What is on its way to the calling thread does not arrive, and nobody waits for it any more.

    Taking an exception back by the interpreter's own means, or raising it in a thread that ends before it
    arrives, leaves CPython 3.11 with a note that something is on its way, for good and in every child. That
    costs a little, until a function is traced: it then looks for what is on its way, and never stops. An
    exception that does arrive removes the note.
    """
    try:
        raise_in(threading.get_ident(), _Arrived)
        while True:
            pass
    except _Arrived:
        pass


def processor_clock(thread: int) -> Callable[[], float]:
    """A thread's processor time in seconds, so that a stalled machine ends nobody; where the system does not
    say, its process's.

    The thread must be alive now: asked for the clock of one that has ended, the C library may crash. The
    clock itself may be read at any time, and stands at 0 once the thread has ended.
    """
    try:
        clock = time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return time.process_time

    def used() -> float:
        try:
            return time.clock_gettime(clock)
        except OSError:
            return 0.0

    return used


class Meter:
    """How many seconds a thread has run, and how many it has waited, since the meter was last read.

    Not counted is the time in which it, or another thread of this process, was ready to run and had no
    processor: Linux keeps account of that (schedstat: https://docs.kernel.org/scheduler/sched-stats.html).
    Another, because it may have been handed the interpreter, and all wait for it. Where the system does not
    say, one reading counts at most `most` seconds of waiting, and readings are as late as the machine is
    slow.
    """

    def __init__(self, thread: threading.Thread, most: float):
        self._most = most
        self._runs = processor_clock(thread.ident)
        self._wall, self._ran, self._kept = real_monotonic(), self._runs(), self._starved()

    def read(self) -> tuple[float, float]:
        """(seconds run, seconds waited) since the last reading."""
        wall, ran, kept = real_monotonic(), self._runs(), self._starved()
        run = ran - self._ran
        starved = sum(delay - self._kept.get(thread, 0.0) for thread, delay in kept.items())
        waited = wall - self._wall - run - starved
        self._wall, self._ran, self._kept = wall, ran, kept
        return run, min(max(waited, 0.0), self._most)

    @staticmethod
    def _starved() -> dict[str, float]:
        """For each thread the seconds for which it was ready to run and did not."""
        delays = {}
        for stat in TASKS.glob("*/schedstat"):
            with suppress(OSError, IndexError, ValueError):  # it may have ended meanwhile
                delays[stat.parent.name] = int(stat.read_text().split()[1]) / 1e9
        return delays


class Watched(Protocol):
    """What a `Watchdog` looks after: the explorer's session."""

    current: Any  # the run under way, if there is one
    overdue: BaseException | None  # what has gone on for too long, once something has
    stop: type[BaseException]  # what ends a run

    def tell_overdue(self, run: Any, where: Line | None) -> None: ...


class Watchdog:
    """Ends a client function that neither calls nor returns: `with Watchdog(session): …` around an
    exploration.

    It is raised again and again until the function has ended, since a bare `except:` may catch it.
    """

    def __init__(self, session: Watched):
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
        except self._session.stop:
            pass
        if kind is self._session.stop:
            raise self._session.overdue from None

    def _watch(self):
        clock = processor_clock(self._thread)
        seen, since = None, clock()
        while not self._done.wait(PATIENCE / 8 if self._session.overdue is None else 0.01):
            run = self._session.current
            if run is None or run is not seen:
                seen, since = run, clock()
            elif clock() - since > PATIENCE:
                self._session.tell_overdue(run, lines.in_frame(lines.of_thread(self._thread)))
                raise_in(self._thread, self._session.stop)
