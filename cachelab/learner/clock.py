"""A clock for the learner's functions, and for the explorer also chance and identity: the same on every run.

`Clock` moves when they sleep, and when it is told: a check that runs on it says nothing about how busy the
machine is. `Virtual` is the explorer's: a function is run again and again with recorded answers, so it must
not see anything that differs between two runs.
"""

from __future__ import annotations

import copyreg
import datetime
import functools
import hashlib
import inspect
import os
import random
import secrets  # noqa: F401  (so that its generator exists before the patch below)
import socket
import threading
import time
import types
import uuid
from collections.abc import Callable, Iterable, Iterator
from threading import get_ident
from typing import Any, NoReturn

from .lines import is_learners

real_monotonic = time.monotonic  # whatever clock is in its place
EPOCH = 1_800_000_000  # seconds; a moment in January 2027
_SLOWEST = 3600.0  # seconds; the most that one call moves the explorer's clock
_UNSET = object()
# What `socket.socket` inherits from C, and a client of the learner's own would use.
_TALKING = ("connect", "connect_ex", "send", "sendall", "sendto", "recv", "recv_into")
_WAITING = ("connect", "recv", "recv_into")  # those of them that can run into a time-out
_real_datetime = datetime.datetime


class Clock:
    """Replaces time in one thread; everybody else goes on seeing the real one.

    `with clock: …`, in the thread whose time it is. Sleeping takes no time and moves the clock; so does a
    wait of a socket, a lock or an event that runs into its time-out, which really takes that long and moves
    the clock by exactly that. Nothing else moves it.

    functions: whose modules may hold names of their own for these clocks (`from time import sleep`);
    modules: others that may. epoch: what time.time() says at the start, in seconds. `moved` is called after
    each sleep and time-out, and may raise.
    """

    def __init__(
        self,
        functions: Iterable[Callable] = (),
        modules: Iterable[types.ModuleType] = (),
        epoch: float = EPOCH,
        moved: Callable[[], None] | None = None,
    ):
        self.epoch, self.elapsed = epoch, 0.0
        self.thread: int | None = None  # whose time it is
        self._moved = moved
        self._talked: dict[str, object] = {}
        self._patches: list[tuple[dict, str, object, object]] = []
        replaced = self._names()
        for module, name, replacement in self._replacements():
            original = getattr(module, name, _UNSET)
            if original is _UNSET:
                continue
            self._patches.append((vars(module), name, original, replacement))
            if callable(original):
                replaced[id(original)] = replacement
        for namespace in [*_namespaces(functions), *map(vars, modules)]:
            for name, value in list(namespace.items()):
                if (replacement := replaced.get(id(value))) is not None:
                    self._patches.append((namespace, name, value, replacement))

    def __enter__(self):
        self.thread = get_ident()
        self._wait = threading.Condition.wait
        self._put()
        self._listen_in(_WAITING, self._timing_out)
        threading.Condition.wait = self._timing_out_condition(self._wait)
        return self

    def __exit__(self, *_):
        """Put everything back; twice does no harm."""
        if self.thread is None:
            return
        self.thread = None
        self._put_back()
        self._talk_plainly()
        threading.Condition.wait = self._wait

    def _put(self) -> None:
        for namespace, name, _, replacement in self._patches:
            namespace[name] = replacement

    def _put_back(self) -> None:
        for namespace, name, original, _ in self._patches:
            namespace[name] = original

    def _listen_in(self, names: Iterable[str], wrap: Callable) -> None:
        """Wrap these methods of every socket."""
        self._talked = {name: vars(socket.socket).get(name, _UNSET) for name in names}
        for name in names:
            setattr(socket.socket, name, wrap(getattr(socket.socket, name)))

    def _talk_plainly(self) -> None:
        for name, before in self._talked.items():
            if before is not _UNSET:
                setattr(socket.socket, name, before)
            elif name in vars(socket.socket):
                delattr(socket.socket, name)
        self._talked = {}

    def mine(self) -> bool:
        """Whether the thread that asks lives by this clock."""
        return get_ident() == self.thread

    def move(self, seconds: float) -> None:
        self.elapsed += seconds
        if self._moved:
            self._moved()

    def now(self) -> float:
        """What time.time() says."""
        return self.epoch + self.read()

    def read(self) -> float:
        """What a stopwatch says, in seconds."""
        return self.elapsed

    def _sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.move(seconds)

    def _timing_out(self, real):
        def talk(sock, *args, **kwargs):
            try:
                return real(sock, *args, **kwargs)
            except TimeoutError:
                if self.mine() and sock.gettimeout():
                    self.move(sock.gettimeout())
                raise

        return talk

    def _timing_out_condition(self, real):
        def wait(condition, timeout=None):
            told = real(condition, timeout)
            if not told and timeout and self.mine():
                self.move(timeout)
            return told

        return wait

    def _instead(self, real: Callable, mine: Callable) -> Callable:
        """What stands in `real`'s place: `mine` in the thread of this clock."""

        def either(*args, **kwargs):
            return mine(*args, **kwargs) if self.mine() else real(*args, **kwargs)

        return either

    def _stopwatch(self, real: Callable, scale: int) -> Callable:
        return self._instead(real, lambda: type(real())(self.read() * scale))

    def _names(self) -> dict[int, object]:
        """What stands in the place of other values that the functions' modules have names for, by their id.

        `datetime` is replaced there only: everybody else goes on seeing the real one."""
        module = types.ModuleType("datetime")
        vars(module).update(vars(datetime), datetime=datetime_of(self.now, self.mine))
        return {id(_real_datetime): module.datetime, id(datetime): module}

    def _replacements(self) -> Iterator[tuple[Any, str, Any]]:
        """`(module, name, what stands there instead)`."""
        wall = self._instead(time.time, self.now)
        yield time, "time", wall
        yield time, "time_ns", self._instead(time.time_ns, lambda: int(self.now() * 1e9))
        for name in ("monotonic", "perf_counter", "process_time"):
            yield time, name, self._stopwatch(getattr(time, name), 1)
            yield time, name + "_ns", self._stopwatch(getattr(time, name + "_ns"), 1_000_000_000)
        yield time, "sleep", self._instead(time.sleep, self._sleep)


class Virtual(Clock):
    """The explorer's: unique per client and call, the same on every run, in the thread of the run only.

    Its clock moves a millisecond when it is read, by `seconds` when the client sleeps, and by more and more
    with each call to the cache or the database, so that a loop with a deadline ends after some dozens of
    calls. Sleeping moves nothing else: however long a client sleeps, another client may be slower still.

    `with virtual: …` around an exploration, `start(identity)` and `stop()` around each run; `identity` tells
    clients apart. Afterwards `.personal` says whether the function asked for anything that differs between
    clients; `.slept`, `.drew` and `.looked` whether it slept, drew random numbers, or looked at the clock.
    `threaded` is called, and has to raise, when the function is about to start a thread; `networked` when it
    is about to use a socket.
    """

    def __init__(
        self,
        functions: Iterable[Callable] = (),
        threaded: Callable[[], NoReturn] | None = None,
        networked: Callable[[], NoReturn] | None = None,
    ):
        self.personal = self.slept = self.drew = self.looked = False
        self._identity = 0
        self._threaded, self._networked = threaded, networked
        self._running = self._inside = False
        self._calls = 0
        self._bytes = 0
        super().__init__(functions)

    def __enter__(self):
        """Around a whole exploration: everything is put back at the end, `random` with its state."""
        self._random_state, self._inside = random.getstate(), True
        self._listen_in(_TALKING if self._networked else (), self._refusing)
        return self

    def __exit__(self, *_):
        self._running = self._inside = False
        self._put_back()
        self._talk_plainly()
        random.setstate(self._random_state)

    def start(self, identity: int) -> None:
        self._identity, self.thread = identity, get_ident()
        self.elapsed, self._calls, self._bytes = 0.0, 0, 0
        self.personal = self.slept = self.drew = self.looked = False
        if not self._inside:  # a replay, or a game that goes on where the exploration stopped
            self._random_state = random.getstate()
        random.seed(identity)
        self._running = True
        self._put()

    def stop(self) -> None:
        self._running = False
        self._put_back()
        if random.random() != _first_draw(self._identity):
            self.personal = self.drew = True
        if not self._inside:
            random.setstate(self._random_state)

    def called(self) -> None:
        """A call to the cache or the database was answered: time passes, more with every call."""
        self._calls += 1
        self.elapsed += min(_SLOWEST, 0.001 * 1.25**self._calls)

    def read(self) -> float:
        self.elapsed += 0.001
        return self.elapsed

    def now(self) -> float:
        self.personal = self.looked = True
        return self.epoch + self.read() + self._identity % 1000 * 1e-6

    def _sleep(self, seconds: float) -> None:
        super()._sleep(seconds)
        self.slept = True

    def _names(self) -> dict[int, object]:
        return {}

    def _random_bytes(self, size: int) -> bytes:
        self.personal = True
        self._bytes += 1
        seed = f"{self._identity} {self._bytes}".encode()
        return hashlib.shake_128(seed, usedforsecurity=False).digest(size)

    def _process_id(self) -> int:
        self.personal = True
        return 1000 + self._identity

    def _uuid1(self, node=None, clock_seq=None) -> uuid.UUID:
        return uuid.UUID(bytes=self._random_bytes(16), version=1)

    def _refusing(self, real):
        def talk(sock, *args, **kwargs):
            if self._running and self.mine():
                self._networked()
            return real(sock, *args, **kwargs)

        return talk

    def _starting(self, real):
        def start_thread(*args, **kwargs):
            return self._threaded() if self.mine() and self._threaded else real(*args, **kwargs)

        return start_thread

    def _replacements(self):
        yield from super()._replacements()
        yield datetime, "datetime", datetime_of(self.now, self.mine)
        urandom = self._instead(os.urandom, self._random_bytes)
        yield os, "urandom", urandom
        yield random, "_urandom", urandom  # behind SystemRandom and secrets
        yield os, "getpid", self._instead(os.getpid, self._process_id)
        yield uuid, "uuid1", self._instead(uuid.uuid1, self._uuid1)
        for name in ("_start_new_thread", "_start_joinable_thread"):  # of Thread.start; the second from 3.13
            if hasattr(threading, name):
                yield threading, name, self._starting(getattr(threading, name))


def datetime_of(now: Callable[[], float], mine: Callable[[], bool]) -> type:
    """What stands in the place of `datetime.datetime`: by the clock `now` where `mine`, else by the real one.

    What is a datetime to the one is to the other. What it makes are plain ones, as everybody else's are.
    """
    real = time.time

    class Moment(type(_real_datetime)):
        def __instancecheck__(cls, thing):
            return isinstance(thing, _real_datetime)

        def __subclasscheck__(cls, other):
            return issubclass(other, _real_datetime)

    class Datetime(_real_datetime, metaclass=Moment):
        def __new__(cls, *args, **kwargs):
            return _real_datetime.__new__(_real_datetime if cls is Datetime else cls, *args, **kwargs)

        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(now() if mine() else real(), tz)

        @classmethod
        def today(cls):
            return cls.now()

        @classmethod
        def utcnow(cls):
            return cls.now(datetime.UTC).replace(tzinfo=None)

    Datetime.__module__ = Datetime.__name__ = Datetime.__qualname__ = "datetime"
    return Datetime


def _reduced(moment: datetime.datetime) -> tuple:
    return datetime.datetime, moment.__reduce_ex__(4)[1]


# Pickle insists on finding a value's class under the class's name, where a stand-in may be meanwhile.
copyreg.pickle(_real_datetime, _reduced)


_first_draws: dict[int, float] = {}


def _first_draw(identity: int) -> float:
    if identity not in _first_draws:
        _first_draws[identity] = random.Random(identity).random()
    return _first_draws[identity]


def _namespaces(functions: Iterable[Callable]) -> list[dict]:
    """The globals of these functions, and of the functions and modules of the project they can reach."""
    found: dict[int, dict] = {}
    todo = [_namespace(function) for function in functions]
    while todo:
        namespace = todo.pop()
        if namespace is None or id(namespace) in found:
            continue
        found[id(namespace)] = namespace
        todo += [_namespace(value) for value in list(namespace.values())]
    return list(found.values())


def _namespace(thing: object) -> dict | None:
    """The globals of a function, or the contents of a module, unless it is a library's."""
    if isinstance(thing, types.ModuleType):
        file = getattr(thing, "__file__", None)
        return vars(thing) if file and is_learners(file) else None
    while isinstance(thing, functools.partial):
        thing = thing.func
    thing = inspect.unwrap(thing) if callable(thing) and hasattr(thing, "__wrapped__") else thing
    thing = getattr(thing, "__func__", thing)
    if isinstance(thing, types.FunctionType) and is_learners(thing.__code__.co_filename):
        return thing.__globals__
    return None
