"""Who runs next: a heap of (time, number). One thread runs; whoever waits picks the next one and hands over.

The threads are real ones, each behind a gate. A thread that waits runs due events itself and opens the gate
of the next thread in line, so a run does not depend on how the system schedules threads.
"""

from __future__ import annotations

import gc
import heapq
import itertools
import math
import os
from _thread import allocate_lock, get_ident
from collections import deque
from collections.abc import Callable
from threading import get_native_id

from cachelab.learner.interrupt import processor_clock
from cachelab.learner.lines import is_learners, of_thread

from .errors import Deadlock, Ended, Endless, TooLong

# Time comes in steps of 2**-20 s, about a microsecond. Every moment and every difference, of the wall
# clock too, is then an exact float: whoever sleeps 0.1 s finds at least 0.1 s gone, as on a real machine.
GRID = 2.0**20
STANDSTILL = 100_000  # steps at one moment
READINGS = 200_000  # of the clock, without a wait between them
TIDY = 20_000  # steps from one collection of garbage to the next
LAST_CHANCES = 20  # waits that a thread may begin after it was told to end

workers: dict[int, Worker] = {}  # every thread that lives in virtual time, by its identity


class Ticket:
    """A place in a line, in the heap, or in both; good for one waking."""

    __slots__ = ("worker", "action", "done", "woken")

    def __init__(self, worker: Worker | None, action: Callable[[], None] | None = None):
        self.worker, self.action = worker, action
        self.done = self.woken = False


class Pause:
    """Sleeping, in words."""

    def __init__(self, until: float):
        self.until = until

    def __str__(self) -> str:
        return f"the moment {self.until:g} s"


class Worker:
    """A thread in virtual time. `why` says what it waits for."""

    def __init__(self, scheduler: Scheduler, name: str):
        self.scheduler, self._name = scheduler, name
        self.gate = allocate_lock()
        self.gate.acquire()
        self.identity = self.native = 0  # until its thread has begun, which takes real time
        self.used = float  # seconds of processor time so far
        self.thread = None  # its threading.Thread, if it has one
        self.ticket: Ticket | None = None
        self.why: object = ""
        self.done = self.lost = False
        self.owes = False  # it woke somebody since it last waited
        self.told = 0  # how often it was told to end
        self.joined: deque[Ticket] = deque()

    @property
    def name(self) -> str:
        return self._name if self.thread is None else self.thread.name


def here() -> Worker | None:
    """The caller's own worker; None in a thread that lives in real time."""
    return workers.get(get_ident())


class Scheduler:
    """The baton and the clock. Only the thread that holds the baton may call it."""

    def __init__(self, steps: int):
        self.now = 0.0
        self.limit, self.steps, self.readings = steps, 0, 0
        self.heap: list[tuple[float, int, Ticket]] = []
        self.number = itertools.count()
        self.members: list[Worker] = []  # in the order of their start
        self.main = self.current = Worker(self, "main")
        self.fault: BaseException | None = None  # to be raised in main
        self.told: list[BaseException] = []  # what was raised in main, or refused anywhere
        self.closing = False
        self.given_up: list[Worker] = []
        self._standing = 0

    def read(self) -> float:
        """The time; asking again and again without a wait ends in an error, since it will not change."""
        self.readings += 1
        if self.readings > READINGS:
            worker = self.current
            self.readings = 0
            raise self.tell(
                Endless(
                    f"{worker.name} read the clock {READINGS:,} times without waiting, "
                    f"at {place(worker)}. In virtual time only waiting makes time "
                    "pass: sleep between two looks at the clock."
                )
            )
        return self.now

    def tell(self, error: BaseException) -> BaseException:
        """Remember an error, so that virtual time ends with it even if the code under test swallows it."""
        self.told.append(error)
        return error

    # waiting

    def after(self, seconds: float, action: Callable[[], None]) -> Ticket:
        """Run `action` in so many seconds, in no thread of its own: it must not wait."""
        ticket = Ticket(None, action)
        self._push(seconds, ticket)
        return ticket

    def wait(self, line: deque[Ticket] | None, seconds: float | None, why: object) -> bool:
        """Wait in a line, for so many seconds at most (None: for as long as it takes). True if woken."""
        me = here()
        if me is None or me is not self.current:
            raise RuntimeError("Only a thread of this virtual time can wait in it.")
        me.ticket = ticket = Ticket(me)
        if line is not None:
            line.append(ticket)
        if seconds is not None:
            self._push(seconds, ticket)
        me.why, me.owes = why, False
        self._hand_over(me)
        return ticket.woken

    def sleep(self, seconds: float) -> None:
        """What `time.sleep` does."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.wait(None, seconds, Pause(self.now + seconds))

    def wake(self, line: deque[Ticket], count: int = 1) -> list[Worker]:
        """Wake the first few of a line; they run once the caller waits, in this order."""
        woken = []
        while line and len(woken) < count:
            ticket = line.popleft()
            if not ticket.done:
                ticket.done = ticket.woken = True
                worker = ticket.worker
                worker.ticket = Ticket(worker)
                self._push(0.0, worker.ticket)
                woken.append(worker)
        return woken

    def _push(self, seconds: float, ticket: Ticket) -> None:
        at = self.now + math.ceil(seconds * GRID) / GRID if seconds > 0 else self.now
        heapq.heappush(self.heap, (at, next(self.number), ticket))

    # handing over

    def enter(self, worker: Worker) -> None:
        """The calling thread is this worker from now on; it goes on when its turn comes."""
        worker.identity, worker.native = get_ident(), get_native_id()
        worker.used = processor_clock(worker.identity)
        workers[worker.identity] = worker

    def begin(self, worker: Worker) -> None:
        """Give a new worker its first turn, behind whoever is due now."""
        self.members.append(worker)
        worker.ticket = ticket = Ticket(worker)
        worker.why = "its start"
        self._push(0.0, ticket)

    def first_turn(self, worker: Worker) -> None:
        self.enter(worker)
        worker.gate.acquire()
        self._resume(worker)

    def finish(self, worker: Worker) -> None:
        """The thread is about to end: those who join it go on, and so does the next in line."""
        if worker.lost:
            return
        worker.done = True
        self.members.remove(worker)
        self.wake(worker.joined, len(worker.joined))
        following = self.main if self.closing else self._next()
        workers.pop(worker.identity, None)  # until here the events see its time as virtual
        self.current = following
        following.gate.release()

    def _hand_over(self, me: Worker) -> None:
        if self.closing and me is not self.main:
            self._end(me)
        following = self._next()
        if following is not me:
            self.current = following
            following.gate.release()
            me.gate.acquire()
        self._resume(me)

    def _resume(self, me: Worker) -> None:
        if me is self.main:
            if (fault := self.fault) is not None:
                self.fault = None
                raise fault
        elif self.closing or me.told:
            self._end(me)

    def _end(self, me: Worker) -> None:
        me.told += 1
        if me.told > LAST_CHANCES:  # it swallows everything: it stops here for good
            self.give_up(me)
            allocate_for_good()
        raise Ended

    def give_up(self, worker: Worker) -> None:
        """This worker never gets, or gives back, the baton again; main goes on."""
        worker.lost = True
        self.given_up.append(worker)
        if worker.ticket is not None:
            worker.ticket.done = True
        workers.pop(worker.identity, None)
        if self.current is worker:
            self.current = self.main
            if self.main.ticket is not None:
                self.main.ticket.done = True
            self.main.gate.release()

    def _next(self) -> Worker:
        """Whose turn it is, after the events that come before."""
        self.readings = 0
        heap = self.heap
        while heap and self.fault is None:
            at, _, ticket = heapq.heappop(heap)
            if ticket.done or (ticket.worker is not None and ticket.worker.lost):
                continue
            self._count(at)
            ticket.done = True
            if ticket.action is None:
                return ticket.worker
            try:
                ticket.action()
            except BaseException as error:  # raised where somebody sees it
                self.fault = self.tell(error)
        if self.fault is None:
            self.fault = self.tell(Deadlock(self.who_waits("Everybody waits, and nobody will ever go on")))
        if self.main.ticket is not None:
            self.main.ticket.done = True
        return self.main

    def _count(self, at: float) -> None:
        self.steps += 1
        if at > self.now:
            self.now, self._standing = at, 0
        self._standing += 1
        if self._standing > STANDSTILL:
            self.fault = self.tell(
                Endless(
                    f"{STANDSTILL:,} steps at {self.now:g} s, and the clock stands still: somebody waits for "
                    f"0 s again and again. Last to wait was {self.current.name}, at {place(self.current)}."
                )
            )
        elif self.steps > self.limit:
            self.fault = self.tell(
                TooLong(
                    f"{self.limit:,} steps, and the run is at {self.now:g} s: does somebody ask again "
                    f"and again for something that never comes? virtual.time(steps=…) allows more.\n"
                    f"{self.who_waits('At that moment')}"
                )
            )
        if self.steps % TIDY == 0:
            gc.collect(1)

    def who_waits(self, heading: str) -> str:
        rows = [f"{heading}, at {self.now:g} s:"]
        for worker in [self.main, *self.members]:
            if not worker.lost:
                why = worker.why.told(worker) if hasattr(worker.why, "told") else worker.why
                rows.append(f"  {worker.name} waits for {why}, at {place(worker)}")
        return "\n".join(rows)

    # the end

    def close(self) -> None:
        """End every thread that is left: it may clean up, but not wait. Called by main."""
        self.closing = True
        if self.current is not self.main:  # main was interrupted while another ran
            self.main.gate.acquire()
        while self.members:
            worker = self.members[-1]
            if worker.lost or worker.done:
                self.members.remove(worker)
                continue
            if worker.ticket is not None:
                worker.ticket.done = True
            self.current = worker
            worker.gate.release()
            self.main.gate.acquire()


def allocate_for_good() -> None:
    """Stop the calling thread without using the processor, until the process ends."""
    lock = allocate_lock()
    lock.acquire()
    lock.acquire()


def place(worker: Worker) -> str:
    """A worker's innermost line of the learner's; if it has none, its innermost outside this package."""
    frame = innermost = of_thread(worker.identity)
    while frame is not None and not is_learners(frame.f_code.co_filename):
        frame = frame.f_back
    while frame is None and innermost is not None and innermost.f_globals.get("__package__") == __package__:
        innermost = innermost.f_back
    frame = frame or innermost
    if frame is None:
        return "a line not known"
    file = frame.f_code.co_filename
    file = "the cell" if "ipykernel" in file or file.startswith("<ipython") else os.path.basename(file)
    return f"{file}, line {frame.f_lineno}, in {frame.f_code.co_name}"
