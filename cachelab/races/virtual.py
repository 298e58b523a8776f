"""Time, randomness and identity inside a client function: unique per client and call, the same on every run.

A function is run again and again with recorded answers, so it must not see the real clock. It gets one of its
own, which moves a millisecond when it is read, by `seconds` when the client sleeps, and by more and more with
each call to the cache or the database, so that a loop with a deadline ends after some dozens of calls.
Sleeping moves nothing else: however long a client sleeps, another client may be slower still.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import inspect
import os
import random
import secrets  # noqa: F401  (so that its generator exists before the patch below)
import socket
import sys
import threading
import time
import types
import uuid
from collections.abc import Callable, Iterable
from threading import get_ident
from typing import NoReturn

EPOCH = 1_800_000_000  # seconds; a moment in January 2027
_SLOWEST = 3600.0  # seconds; the most that one call moves the clock
_UNSET = object()
# What `socket.socket` inherits from C, and a client of the learner's own would use.
_TALKING = ("connect", "connect_ex", "send", "sendall", "sendto", "recv", "recv_into")


class Virtual:
    """Replaces the sources of nondeterminism while a client function runs, in this thread only.

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
        self.thread = None  # in which the function runs
        self._elapsed = 0.0
        self._calls = 0
        self._bytes = 0
        self._patches: list[tuple[dict, str, object, object]] = []
        replacements = {}
        for module, name, replacement in self._replacements():
            original = getattr(module, name, _UNSET)
            if original is _UNSET:
                continue
            self._patches.append((vars(module), name, original, replacement))
            if callable(original):
                replacements[id(original)] = replacement
        for namespace in _namespaces(functions):
            for name, value in list(namespace.items()):
                if (replacement := replacements.get(id(value))) is not None:
                    self._patches.append((namespace, name, value, replacement))

    def __enter__(self):
        """Around a whole exploration: everything is put back at the end, `random` with its state."""
        self._random_state, self._inside = random.getstate(), True
        for name in _TALKING if self._networked else ():
            setattr(socket.socket, name, self._refusing(getattr(socket.socket, name)))
        return self

    def __exit__(self, *_):
        self._running = self._inside = False
        self._put_back()
        for name in _TALKING:
            if name in vars(socket.socket):
                delattr(socket.socket, name)
        random.setstate(self._random_state)

    def start(self, identity: int) -> None:
        self._identity, self.thread = identity, get_ident()
        self._elapsed, self._calls, self._bytes = 0.0, 0, 0
        self.personal = self.slept = self.drew = self.looked = False
        if not self._inside:  # a replay, or a game that goes on where the exploration stopped
            self._random_state = random.getstate()
        random.seed(identity)
        self._running = True
        for namespace, name, _, replacement in self._patches:
            namespace[name] = replacement

    def _put_back(self) -> None:
        for namespace, name, original, _ in self._patches:
            namespace[name] = original

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
        self._elapsed += min(_SLOWEST, 0.001 * 1.25**self._calls)

    def _refusing(self, real):
        def talk(sock, *args, **kwargs):
            if self._running and get_ident() == self.thread:
                self._networked()
            return real(sock, *args, **kwargs)

        return talk

    def _replacements(self):
        """`(module, name, what a client gets instead)`."""
        real_time, real_sleep, real_urandom, real_pid = time.time, time.sleep, os.urandom, os.getpid
        real_ns, real_uuid1 = time.time_ns, uuid.uuid1

        def mine():
            return get_ident() == self.thread

        def passed():
            self._elapsed += 0.001
            return self._elapsed

        def stopwatch(real, scale):
            def clock():
                return type(real())(passed() * scale) if mine() else real()

            return clock

        def now() -> float:
            self.personal = self.looked = True
            return EPOCH + passed() + self._identity % 1000 * 1e-6

        def wall():
            return now() if mine() else real_time()

        def wall_ns():
            return int(now() * 1e9) if mine() else real_ns()

        def sleep(seconds):
            if not mine():
                return real_sleep(seconds)
            if seconds < 0:
                raise ValueError("sleep length must be non-negative")
            self.slept = True
            self._elapsed += seconds

        def urandom(size):
            if not mine():
                return real_urandom(size)
            self.personal = True
            self._bytes += 1
            seed = f"{self._identity} {self._bytes}".encode()
            return hashlib.shake_128(seed, usedforsecurity=False).digest(size)

        def uuid1(node=None, clock_seq=None):
            return uuid.UUID(bytes=urandom(16), version=1) if mine() else real_uuid1(node, clock_seq)

        def starting(real):
            def start_thread(*args, **kwargs):
                return self._threaded() if mine() and self._threaded else real(*args, **kwargs)

            return start_thread

        def getpid():
            if not mine():
                return real_pid()
            self.personal = True
            return 1000 + self._identity

        class Moment(type(datetime.datetime)):
            def __instancecheck__(cls, thing):
                return isinstance(thing, _real_datetime)

            def __subclasscheck__(cls, other):
                return issubclass(other, _real_datetime)

        class VirtualDatetime(_real_datetime, metaclass=Moment):
            @classmethod
            def now(cls, tz=None):
                return _real_datetime.fromtimestamp(wall(), tz)

            @classmethod
            def today(cls):
                return cls.now()

            @classmethod
            def utcnow(cls):
                return cls.now(datetime.UTC).replace(tzinfo=None)

        yield time, "time", wall
        yield time, "time_ns", wall_ns
        for name in ("monotonic", "perf_counter", "process_time"):
            yield time, name, stopwatch(getattr(time, name), 1)
            yield time, name + "_ns", stopwatch(getattr(time, name + "_ns"), 1_000_000_000)
        yield time, "sleep", sleep
        yield os, "urandom", urandom
        yield random, "_urandom", urandom  # behind SystemRandom and secrets
        yield os, "getpid", getpid
        yield uuid, "uuid1", uuid1
        for name in ("_start_new_thread", "_start_joinable_thread"):  # of Thread.start; the second from 3.13
            if hasattr(threading, name):
                yield threading, name, starting(getattr(threading, name))
        yield datetime, "datetime", VirtualDatetime


_real_datetime = datetime.datetime
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
        return vars(thing) if file and not is_library(file) else None
    while isinstance(thing, functools.partial):
        thing = thing.func
    thing = inspect.unwrap(thing) if callable(thing) and hasattr(thing, "__wrapped__") else thing
    thing = getattr(thing, "__func__", thing)
    if isinstance(thing, types.FunctionType) and not is_library(thing.__code__.co_filename):
        return thing.__globals__
    return None


_LIBRARIES = tuple(
    os.path.realpath(path) + os.sep
    for path in {
        os.path.dirname(os.__file__),
        *(p for p in sys.path if p.endswith(("site-packages", "dist-packages"))),
    }
)
_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_TEACHING = _OURS + "strategies.py"
_known: dict[str, bool] = {}


def is_library(filename: str) -> bool:
    """Whether a source file belongs to Python, to an installed package, or to the explorer itself."""
    if filename not in _known:
        path = os.path.realpath(filename)
        _known[filename] = (
            filename.startswith("<frozen")
            or path.startswith(_LIBRARIES)
            or (path.startswith(_OURS) and path != _TEACHING)
        )
    return _known[filename]
