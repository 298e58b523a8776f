"""Looks on from real time: for a thread that computes without end, and for one that waits in real time.

The only part of virtual time that has a clock of its own. It counts processor time, so a busy machine ends
nobody.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock, start_new_thread

from cachelab.learner.interrupt import raise_in
from cachelab.learner.lines import of_thread

from .errors import Ended, Endless, WaitsForReal
from .scheduler import Scheduler, Worker, allocate_for_good, place

LOOK = 0.1  # seconds between two looks
STILL = 50  # looks at a thread that does not use the processor at all, until it counts as waiting for real
HEARD = 0.05  # seconds of processor time after which a thread that goes on is told again
AGAIN = 20  # times that it is told, before it is stopped for good
_TALKING = frozenset("pdb bdb debugpy pydevd".split())  # somebody looks at it


class StopsHere(Ended):
    """Stops its thread for good where the thread would catch it."""

    def __init__(self, *_):
        allocate_for_good()


class Watchdog:
    def __init__(self, scheduler: Scheduler, budget: float):
        self._scheduler, self._budget = scheduler, budget
        self._over, self._gone = allocate_lock(), allocate_lock()

    def start(self) -> None:
        self._over.acquire()
        self._gone.acquire()
        start_new_thread(self._watch, ())

    def stop(self) -> None:
        self._over.release()
        self._gone.acquire()

    def _watch(self) -> None:
        try:
            seen, since, last, still, told = None, 0.0, 0.0, 0, 0
            while not self._over.acquire(timeout=LOOK if not told else LOOK / 10):
                worker = self._scheduler.current
                turn = (worker, self._scheduler.steps)
                used = worker.used()
                if turn != seen:
                    seen, since, last, still, told = turn, used, used, 0, 0
                    continue
                still = still + 1 if used == last and not _wants_to_run(worker) else 0
                last = used
                if used - since > (HEARD if told else self._budget):
                    since, told = used, told + 1
                    self._end(worker, told)
                elif still > STILL and not _is_looked_at(worker):
                    still = 0
                    self._release(worker)
        finally:
            self._gone.release()

    def _end(self, worker: Worker, told: int) -> None:
        scheduler = self._scheduler
        if told == 1:
            error = scheduler.tell(
                Endless(
                    f"{worker.name} computed for {self._budget:g} s of processor time without waiting, at "
                    f"{place(worker)}: look for a loop without an end. virtual.time(budget=…) allows more."
                )
            )
            scheduler.fault = scheduler.fault or error
        if worker is scheduler.main:
            if not scheduler.closing:
                raise_in(worker.identity, _told_as(scheduler.told[-1]))
        elif told <= AGAIN:
            worker.told += 1
            raise_in(worker.identity, Ended)
        elif not worker.lost:  # it catches everything
            raise_in(worker.identity, StopsHere)
            scheduler.give_up(worker)

    def _release(self, worker: Worker) -> None:
        scheduler = self._scheduler
        message = (
            f"{worker.name} waits in real time, at {place(worker)}, where virtual time cannot help: for a "
            "lock, a queue or an executor made before virtual.time(), or for a library that waits in C. "
            "Make it inside."
        )
        if worker is scheduler.main:
            print(f"cachelab.virtual: {message}", file=sys.__stderr__, flush=True)
        else:
            scheduler.fault = scheduler.tell(WaitsForReal(message))
            raise_in(worker.identity, Ended)  # when it wakes
            scheduler.give_up(worker)


def _wants_to_run(worker: Worker) -> bool:
    """Whether it has not begun, or only waits for a processor or the disk, or the system does not say."""
    try:
        with open(f"/proc/self/task/{worker.native}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "RD"
    except (OSError, IndexError):
        return True


def _is_looked_at(worker: Worker) -> bool:
    frame = of_thread(worker.identity)
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in _TALKING:
            return True
        frame = frame.f_back
    return False


def _told_as(error: BaseException) -> type[BaseException]:
    """A class that an exception can be raised as in another thread, and that says what `error` says."""

    def __init__(self, *_):
        type(error).__init__(self, *error.args)

    return type(type(error).__name__, (type(error),), {"__init__": __init__})
