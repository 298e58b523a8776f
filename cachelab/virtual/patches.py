"""What is replaced while virtual time is on, in every module that imported it, and put back afterwards.

Each replacement looks at its caller: a thread in virtual time gets the virtual thing, every other thread
the real one.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import datetime
import functools
import hashlib
import itertools
import os
import queue
import random
import secrets  # noqa: F401  (so that its generator exists before the patch below)
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import types
import uuid
from _thread import allocate_lock
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial

from cachelab.learner import collector
from cachelab.learner.clock import EPOCH, datetime_of
from cachelab.learner.lines import is_learners

from . import sockets, threads
from .errors import Unsupported
from .scheduler import here, place

_KEEP_REAL = (__package__, "cachelab.learner")  # they hold the real things on purpose
_UNSET = object()
_LOCKS = (type(allocate_lock()), type(threading.RLock()))
# Python's own, which a library may have a name for (`from time import sleep` in redis.retry) while another
# clock, that of a check for instance, stands in their place.
_TIME = {name: value for name, value in vars(time).items() if callable(value)}

# The modules of libraries that hold nothing of what is replaced, nearly all of a thousand, and how many names
# each has: it is looked through again when it has got another.
_nothing: dict[str, tuple[int, int]] = {}


class Patches:
    """Everything replaced: `apply()`, then `undo()`. `namespaces` are looked through besides the modules."""

    def __init__(self, seed: int):
        self._seed = seed
        self._undo = ExitStack()
        self._replaced: dict[int, object] = {}
        self._kept: list[object] = []  # what the identities above belong to
        self._seen: set[int] = set()

    def apply(self) -> None:
        for owner, name, replacement in _replacements(self._seed):
            real = getattr(owner, name, _UNSET)
            if real is _UNSET:
                continue
            self._set(owner, name, replacement(real))
            if isinstance(owner, types.ModuleType) and callable(real):
                self._kept.append(real)
                self._replaced[id(real)] = getattr(owner, name)
                if owner is time:
                    self._replaced[id(_TIME[name])] = getattr(owner, name)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] not in threads.MACHINERY and isinstance(module, types.ModuleType):
                names = vars(module)
                if _nothing.get(name) != (id(module), len(names)) and self.look_through(names):
                    _nothing[name] = id(module), len(names)
        state = random.getstate()
        random.seed(self._seed)
        self._undo.callback(random.setstate, state)
        logger = concurrent.futures._base.LOGGER
        logger.addFilter(threads.no_log_of_the_end)
        self._undo.callback(logger.removeFilter, threads.no_log_of_the_end)
        if collector.off():  # a collection in the middle may run code; the scheduler collects at fixed steps
            self._undo.callback(collector.on)

    def look_through(self, namespace: dict) -> bool:
        """Replace what a module, or a cell, got by `from time import sleep`; and the locks it made.

        True for a library's module that got nothing."""
        if id(namespace) in self._seen or str(namespace.get("__name__", "")).startswith(_KEEP_REAL):
            return False
        self._seen.add(id(namespace))
        learners = _is_learners(namespace.get("__file__"))
        if not learners and self._replaced.keys().isdisjoint(map(id, namespace.values())):
            return True
        for name, value in list(namespace.items()):
            replacement = self._replaced.get(id(value))
            if replacement is not None and replacement is not value:
                self._put(namespace, name, replacement)
            elif learners and not name.startswith("_"):
                self._adopt(namespace, name, value)
        return False

    def _adopt(self, holder: dict, name: str, value: object, depth: int = 0) -> None:
        """A lock older than virtual time would be waited for in real time: a virtual one stands in for it."""
        if isinstance(value, _LOCKS):
            if not _held(value):
                self._put(
                    holder, name, threads.Lock() if isinstance(value, _LOCKS[0]) else threads.reentrant()
                )
        elif depth < 3 and _may_hold_locks(type(value)) and id(value) not in self._seen:
            self._seen.add(id(value))
            self._kept.append(value)
            inside = getattr(value, "__dict__", None)
            if isinstance(inside, dict):
                for inner, thing in list(inside.items()):
                    self._adopt(inside, inner, thing, depth + 1)

    def _put(self, holder: dict, name: str, replacement: object) -> None:
        original = holder[name]
        holder[name] = replacement

        def undo():
            if holder.get(name) is replacement:  # what was bound anew meanwhile stays
                holder[name] = original

        self._undo.callback(undo)

    def learner(self, function: Callable) -> None:
        """The same for the globals of a function that is to run, wherever it was defined."""
        while isinstance(function, functools.partial):
            function = function.func
        function = getattr(function, "__func__", function)
        namespace = getattr(function, "__globals__", None)
        if namespace is not None:
            self.look_through(namespace)

    def _set(self, owner: object, name: str, value: object) -> None:
        inherited = isinstance(owner, type) and name not in vars(owner)
        real = vars(owner).get(name) if isinstance(owner, type) else getattr(owner, name)
        if isinstance(owner, type) and name == "_counter":
            value = staticmethod(value)
        setattr(owner, name, value)
        if inherited:
            self._undo.callback(delattr, owner, name)
        else:
            self._undo.callback(setattr, owner, name, real)

    def undo(self) -> None:
        """All of it, whichever part of it fails."""
        self._undo.close()


def _held(lock) -> bool:
    if not lock.acquire(blocking=False):
        return True
    lock.release()
    return False


def _may_hold_locks(kind: type) -> bool:
    """Classes of the learner's own, and clients and pools of the caches."""
    home = str(kind.__module__)
    module, root = sys.modules.get(home), home.partition(".")[0]
    if root in ("redis", "valkey", "pymemcache"):
        return True
    return home != "builtins" and _is_learners(getattr(module, "__file__", None))


def _is_learners(file: str | None) -> bool:
    return file is None or is_learners(file)  # a notebook's namespace has no file


def _replacements(seed: int) -> Iterator[tuple[object, str, Callable]]:
    """`(where, name, how to make the replacement from the real thing)`."""
    yield from _clocks()
    yield datetime, "datetime", lambda real: datetime_of(lambda: time.time(), lambda: True)
    yield from _chance(seed)
    yield threading, "_allocate_lock", lambda real: threads.lock
    yield threading, "Lock", lambda real: threads.lock
    yield threading, "_CRLock", lambda real: threads.reentrant
    yield threading, "_start_new_thread", lambda real: partial(threads.start_new_thread, real)
    yield threading, "_start_joinable_thread", lambda real: partial(threads.start_joinable_thread, real)
    yield threading.Thread, "join", lambda real: _method(threads.joined, real)
    yield threading.Thread, "is_alive", lambda real: _method(threads.alive, real)
    # what names threads: the names are in the log
    yield threading, "_counter", _numbering(1)
    yield concurrent.futures.thread.ThreadPoolExecutor, "_counter", _numbering(0)
    yield queue, "SimpleQueue", lambda real: threads.simple_queue
    # held while a thread starts, which is a wait
    yield concurrent.futures.thread, "_global_shutdown_lock", lambda real: threads.Lock()
    yield socket, "socket", sockets.dispatching
    yield socket, "getaddrinfo", lambda real: _dispatch(real, sockets.getaddrinfo)
    yield socket, "gethostbyname", lambda real: _dispatch(real, sockets.gethostbyname)
    yield ssl.SSLContext, "wrap_socket", sockets.no_tls
    yield from _refused()


def _numbering(first: int) -> Callable:
    numbers = itertools.count(first)
    return lambda real: lambda: real() if here() is None else next(numbers)


def _method(function: Callable, real: Callable) -> Callable:
    def method(self, *args, **kwargs):
        return function(real, self, *args, **kwargs)

    return functools.wraps(real)(method)


def _dispatch(real: Callable, virtual: Callable) -> Callable:
    @functools.wraps(real)
    def either(*args, **kwargs):
        return (real if here() is None else virtual)(*args, **kwargs)

    return either


def _clocks() -> Iterator[tuple[object, str, Callable]]:
    def clock(offset: float, scale: int):
        def make(real):
            def read():
                me = here()
                if me is None:
                    return real()
                now = me.scheduler.read() + offset
                return int(now * scale) if scale > 1 else now

            return functools.wraps(real)(read)

        return make

    for name, offset in (("time", EPOCH), ("monotonic", 0), ("perf_counter", 0)):
        yield time, name, clock(offset, 1)
        yield time, name + "_ns", clock(offset, 1_000_000_000)

    yield time, "sleep", lambda real: _dispatch(real, lambda seconds: here().scheduler.sleep(seconds))

    def of_now(real):
        def shown(seconds=None):
            return real(time.time() if seconds is None else seconds)

        return functools.wraps(real)(shown)

    for name in ("localtime", "gmtime", "ctime"):
        yield time, name, of_now

    def asctime(real):
        return functools.wraps(real)(lambda moment=None: real(moment or time.localtime()))

    def strftime(real):
        return functools.wraps(real)(lambda form, moment=None: real(form, moment or time.localtime()))

    yield time, "asctime", asctime
    yield time, "strftime", strftime


def _chance(seed: int) -> Iterator[tuple[object, str, Callable]]:
    """`os.urandom` and all that stands on it (uuid4, secrets): different on every call, the same in every
    run.
    """
    drawn = 0

    def urandom(real):
        def urandom(size):
            nonlocal drawn
            if here() is None:
                return real(size)
            drawn += 1
            return hashlib.shake_128(f"{seed} {drawn}".encode(), usedforsecurity=False).digest(size)

        return functools.wraps(real)(urandom)

    same: list[Callable] = []

    def once(real):
        if not same:
            same.append(urandom(real))
        return same[0]

    yield os, "urandom", once
    yield random, "_urandom", once

    def uuid1(real):
        def uuid1(node=None, clock_seq=None):
            if here() is None:
                return real(node, clock_seq)
            return uuid.UUID(bytes=os.urandom(16), version=1)

        return functools.wraps(real)(uuid1)

    yield uuid, "uuid1", uuid1


def _refused() -> Iterator[tuple[object, str, Callable]]:
    rows: Iterable[tuple[object, str, str]] = (
        (asyncio, "run", "An asyncio event loop"),
        (asyncio, "new_event_loop", "An asyncio event loop"),
        (select, "select", "select()"),
        (select, "poll", "poll()"),
        (select, "epoll", "epoll()"),
        (subprocess.Popen, "__init__", "Another process"),
        (os, "fork", "Another process"),
        (os, "system", "Another process"),
        (os, "posix_spawn", "Another process"),
        (signal, "setitimer", "A signal's timer"),
        (signal, "alarm", "A signal's timer"),
    )
    for owner, name, what in rows:
        yield owner, name, partial(_refusing, what)


def _refusing(what: str, real: Callable) -> Callable:
    @functools.wraps(real)
    def refuse(*args, **kwargs):
        me = here()
        if me is None:
            return real(*args, **kwargs)
        raise me.scheduler.tell(
            Unsupported(
                f"{what} waits in real time and has no virtual form; {me.name} asked for it at {place(me)}. "
                "Use threads in virtual time, or do it before or after."
            )
        )

    return refuse
