"""Locks and threads in virtual time.

Only the lock, the start of a thread and its join are replaced. Conditions, events, semaphores, barriers,
timers, queues and executors are Python's own code on top of them.
"""

from __future__ import annotations

import concurrent.futures.thread
import queue
import sys
import threading
from _thread import allocate_lock, get_ident
from collections import deque
from functools import partial

from cachelab.learner.lines import is_learners, of_thread

from .errors import Ended, Unsupported
from .scheduler import Scheduler, Worker, here, place, workers

# The notebook's own machinery, which talks to threads outside: it keeps real locks wherever it runs.
MACHINERY = frozenset(
    "IPython ipykernel zmq tornado traitlets jupyter_client comm debugpy pydevd bdb pdb asyncio "
    "ipywidgets anywidget logging importlib _pytest pytest xdist execnet".split()
)
_BETWEEN = ("threading", "queue", "concurrent.futures._base", "concurrent.futures.thread", __name__)

_INSIDE = {
    "Event.wait": "an event that nobody has set",
    "Condition.wait": "a condition of which nobody has told it",
    "Condition.wait_for": "a condition that does not hold",
    "Semaphore.acquire": "a semaphore",
    "Barrier.wait": "others at a barrier",
    "Queue.get": "something in a queue",
    "LifoQueue.get": "something in a queue",
    "_PySimpleQueue.get": "something in a queue",
    "_worker": "something in a queue",
    "Queue.put": "room in a queue",
    "Queue.join": "a queue's jobs to be done",
    "Future.result": "a future's result",
    "Future.exception": "a future's result",
}


class Lock:
    """A lock that is handed to whoever has waited longest. In threads of real time it is an ordinary lock."""

    __slots__ = ("_real", "_line", "_owner", "_place", "__weakref__")

    def __init__(self):
        self._real = allocate_lock()
        self._line: deque = deque()
        self._owner: Worker | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        me = here()
        if me is None:
            return self._real.acquire(blocking, timeout)
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if me.owes:  # it woke somebody: those go first, or it might take back what it gave, for ever
            me.scheduler.wait(None, 0.0, "its turn")
        if self._real.acquire(False):
            self._owner = me
            return True
        if not blocking:
            return False
        holder = self._owner
        try:
            return me.scheduler.wait(self._line, None if timeout < 0 else timeout, self)
        except BaseException:
            if self._owner is me is not holder:  # it was handed over, but nobody will know
                self.release()
            raise

    def release(self) -> None:
        if self._line:
            me = here()
            if me is None:
                return self._from_outside()
            if woken := me.scheduler.wake(self._line):
                self._owner, me.owes = woken[0], True
                return
        self._owner = None
        self._real.release()

    def _from_outside(self) -> None:
        waiting = [ticket.worker for ticket in self._line if not ticket.done]
        self._line.clear()
        self._real.release()
        if waiting:
            scheduler = waiting[0].scheduler
            scheduler.fault = scheduler.tell(
                Unsupported(
                    f"The thread {threading.current_thread().name!r} lives in real time, and "
                    f"{waiting[0].name} waits for it in virtual time: start threads and make executors "
                    "inside virtual.time()."
                )
            )

    def locked(self) -> bool:
        return self._real.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self.__init__()

    def told(self, waiting: Worker) -> str:
        """What somebody waits for who waits for this lock."""
        frame, inside = of_thread(waiting.identity), None
        while frame is not None and not is_learners(frame.f_code.co_filename):
            inside = _INSIDE.get(frame.f_code.co_qualname, inside)
            frame = frame.f_back
        if inside is not None:
            return inside
        owner = self._owner
        if owner is None or owner.done:
            return "a lock whose holder has ended"
        return "a lock that it holds itself" if owner is waiting else f"a lock that {owner.name} holds"

    def __repr__(self) -> str:
        return f"<virtual.Lock {'locked' if self.locked() else 'unlocked'}>"


def lock():
    """What `threading.Lock()` gives while virtual time is on."""
    return Lock() if here() is not None and not _for_machinery() else allocate_lock()


def reentrant(real=threading._CRLock):
    return threading._PyRLock() if here() is not None and not _for_machinery() else real()


def simple_queue(real=queue.SimpleQueue):
    return queue._PySimpleQueue() if here() is not None and not _for_machinery() else real()


def _for_machinery() -> bool:
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _BETWEEN:
        frame = frame.f_back
    return frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in MACHINERY


def _run(scheduler: Scheduler, worker: Worker, function, args, kwargs) -> None:
    """The life of a thread in virtual time."""
    try:
        scheduler.first_turn(worker)
        function(*args, **kwargs)
    except Ended:
        pass
    finally:
        threading._limbo.pop(worker.thread, None)  # if it ended before it began
        scheduler.finish(worker)


def start_new_thread(real, function, args, kwargs=None):
    """For `_thread.start_new_thread`, by which threads start up to Python 3.12."""
    life = _life(function, args, kwargs or {})
    return real(function, args, kwargs or {}) if life is None else real(life, ())


def start_joinable_thread(real, function, **options):
    """For `_thread.start_joinable_thread`, by which threads start from Python 3.13 on."""
    life = _life(function, (), {})
    return real(function, **options) if life is None else real(life, **{**options, "daemon": True})


def _life(function, args, kwargs):
    me = here()
    if me is None:
        return None
    scheduler = me.scheduler
    if scheduler.closing:
        raise Ended
    thread = getattr(function, "__self__", None)
    worker = Worker(scheduler, "a thread")
    if isinstance(thread, threading.Thread):
        worker.thread, thread._virtual = thread, worker
        thread._invoke_excepthook = partial(_quietly, thread._invoke_excepthook)
    scheduler.begin(worker)
    return partial(_run, scheduler, worker, function, args, kwargs)


def _quietly(hook, *args) -> None:
    if not issubclass(sys.exc_info()[0], Ended):
        hook(*args)


def joined(real, thread: threading.Thread, timeout: float | None = None) -> None:
    """`Thread.join`: a worker's end is a moment of virtual time."""
    me, other = here(), getattr(thread, "_virtual", None)
    if me is not None and other is not None and other is not me and not other.done:
        if not me.scheduler.wait(
            other.joined, timeout if timeout is None else max(0.0, timeout), Until(other)
        ):
            return None
    elif me is not None and other is None and thread.is_alive():
        raise me.scheduler.tell(
            Unsupported(
                f"{thread.name} lives in real time: {me.name} cannot wait for it in virtual time. Start it "
                f"inside virtual.time(). Asked at {place(me)}."
            )
        )
    return real(thread) if other is not None and other is not me else real(thread, timeout)


def alive(real, thread: threading.Thread) -> bool:
    other = getattr(thread, "_virtual", None)
    return real(thread) if other is None or other.lost else not other.done


class Until:
    """Waiting for a thread's end, in words."""

    def __init__(self, other: Worker):
        self.other = other

    def __str__(self) -> str:
        return f"the end of {self.other.name}"


def spawn(scheduler: Scheduler, function, name: str) -> Worker:
    """Start a thread in virtual time without waiting for it, from an event too."""
    worker = Worker(scheduler, name)
    me = workers.pop(get_ident(), None)  # what starting takes is real
    try:
        thread = threading.Thread(
            target=_run, args=(scheduler, worker, function, (), {}), name=name, daemon=True
        )
        worker.thread, thread._virtual = thread, worker
        scheduler.begin(worker)
        thread.start()
    finally:
        if me is not None:
            workers[me.identity] = me
    return worker


def let_go(worker: Worker) -> None:
    """Nobody waits, at the end of the process, for a thread that would not end."""
    if worker.thread is None:
        return
    locks = getattr(threading, "_shutdown_locks", None)
    if locks is not None:
        locks.discard(worker.thread._tstate_lock)
    concurrent.futures.thread._threads_queues.pop(worker.thread, None)


def no_log_of_the_end(record) -> bool:
    """An executor logs every BaseException of its threads; that one ended is no news."""
    return not (record.exc_info and isinstance(record.exc_info[1], Ended))
