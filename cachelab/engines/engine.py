"""What Valkey, Memcached and PostgreSQL have in common, and the life of those we start ourselves."""

import contextlib
import signal
import socket
import threading
import time
import weakref
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from cachelab.learner.interrupt import uninterrupted

from .errors import EngineError, PortTaken
from .ports import HOST, claim, free_port, is_free
from .process import Process

START_SECONDS = 30.0  # a cold disk on a loaded shared machine; usually it is a tenth of a second
_TRIES = 5


class Engine(ABC):
    """A cache or database server a lesson talks to. Its repr is its badge."""

    name: str = ""
    version: str = ""
    host: str = HOST
    port: int = 0
    is_real: bool = True
    """False for an in-process imitation: answers are right, timings mean nothing."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The address in the form client libraries take, with the password if there is one."""

    @property
    @abstractmethod
    def badge(self) -> str:
        """One line that says what this engine is, so that no one mistakes an imitation for it."""

    @property
    def pid(self) -> int | None:
        """The server's process id; None if we did not start it."""
        return None

    @property
    def alive(self) -> bool:
        """Whether it is there to answer."""
        return True

    @abstractmethod
    def client(self, **options: object) -> object:
        """A new client of this engine; `options` go to the client library unchanged."""

    @abstractmethod
    def kill(self) -> None:
        """End it at once, as a power cut would. Returns when its port refuses connections."""

    def freeze(self) -> None:
        """Stop it in its tracks (SIGSTOP): connections are accepted by the system, and nothing answers.

        Raises EngineError if this is not a process of ours that can be stopped so.
        """
        raise not_ours(self.badge)

    def thaw(self) -> None:
        """Let a frozen one go on where it stopped (SIGCONT)."""
        raise not_ours(self.badge)

    @abstractmethod
    def restart(self) -> None:
        """Start it again (ending it first if need be) on the same port."""

    @abstractmethod
    def stop(self) -> None:
        """End it politely. `restart()` brings it back."""

    def __repr__(self) -> str:
        return self.badge


class LocalEngine(Engine):
    """An engine that runs as a process of this kernel and ends with it."""

    directory: Path
    _polite: int | None = signal.SIGTERM  # what ends it in good order; None: it has nothing to put in order
    _patience = 5.0  # seconds it may take for that

    _process: Process | None = None
    _claim: socket.socket | None = None  # while the server is down, its port stays ours
    _ended = False  # by one of our own methods

    started: "ClassVar[weakref.WeakSet[LocalEngine]]" = weakref.WeakSet()  # those in use

    def __init__(self, port: int | None) -> None:
        self._lock = threading.RLock()
        self._start(port)
        LocalEngine.started.add(self)

    # What a subclass says about its server.

    @abstractmethod
    def _spawn(self) -> Process:
        """Start the server on `self.port`."""

    @abstractmethod
    def _greet(self, process: Process) -> str:
        """The version of the server that now answers; OSError while it does not."""

    # What all of them share.

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def lost(self) -> bool:
        """Whether its process has ended without `kill()` or `stop()`."""
        return not self.alive and not self._ended

    @property
    def badge(self) -> str:
        where = f"pid {self.pid}" if self.alive else "down"
        return f"real {self.name} {self.version} · {where} · {self.host}:{self.port}"

    def kill(self) -> None:
        with self._lock:
            self._ended = True
            if self.alive:
                self._process.kill()
                self._wait_until_refused()

    def freeze(self) -> None:
        with self._lock:
            self._need_signals()
            self._process.freeze()

    def thaw(self) -> None:
        with self._lock:
            self._need_signals()
            self._process.thaw()

    def _need_signals(self) -> None:
        if not hasattr(signal, "SIGSTOP"):
            raise EngineError(
                f"{self.badge}: this system has no SIGSTOP, so nothing can be frozen. A Relay in front "
                "of it that hangs (relay.hang()) looks the same to its clients."
            )
        if not self.alive:
            raise EngineError(f"{self.badge}: it is down, so there is nothing to freeze: restart() it first.")

    def stop(self) -> None:
        with self._lock:
            self._ended = True
            if not self.alive:
                return
            self._process.thaw()  # a frozen process cannot end politely
            if self._polite:
                self._process.stop(self._polite, self._patience)
            else:
                self._process.kill()
            self._wait_until_refused()

    def restart(self) -> None:
        with self._lock:
            if not self.directory.is_dir():
                raise EngineError(
                    f"{self.name} on port {self.port} was ended for good and its directory removed "
                    f"(stop_all() does that): ask for a new one, for instance engines.{self.name.lower()}()."
                )
            self.stop()
            self._start(self.port)

    def _start(self, requested: int | None) -> None:
        for attempt in range(_TRIES):
            self.port = requested or free_port()
            if requested and not is_free(requested):
                raise PortTaken(
                    f"port {requested} on {self.host} is taken: another program listens there, so "
                    f"{self.name} cannot. Leave the port out to get a free one, or end that program."
                )
            process = None
            try:
                with uninterrupted():  # once it runs, it is known
                    process = self._spawn()
                self.version = self._wait_until_it_answers(process)
                self._process, self._ended = process, False
                self._claim = self._claim or claim(self.port)
                return
            except PortTaken:  # somebody was faster between our choice and the server's bind
                if requested or attempt == _TRIES - 1:
                    raise
            except BaseException:  # an interrupt too must leave nothing half started
                if process is not None:
                    process.kill()
                raise

    def _wait_until_it_answers(self, process: Process) -> str:
        deadline = time.monotonic() + START_SECONDS
        pause = 0.001
        while True:
            with contextlib.suppress(OSError):
                version = self._greet(process)
                if process.alive:
                    return version
            if not process.alive:
                output = process.output()
                if "in use" in output.lower():
                    raise PortTaken(f"{process.argv[0]}: port {self.port} on {self.host} is taken.\n{output}")
                raise EngineError(
                    f"{self.name} did not start: {process.argv[0]} {_how_it_ended(process.status)}. "
                    f"Its last words:\n{output or '(none)'}"
                )
            if time.monotonic() > deadline:
                raise EngineError(
                    f"{self.name} did not answer on {self.host}:{self.port} within {START_SECONDS:.0f} s. "
                    f"{process.argv[0]} said:\n{process.output() or '(nothing)'}"
                )
            time.sleep(pause)
            pause = min(pause * 1.3, 0.02)

    def _wait_until_refused(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while answers(self.host, self.port) and time.monotonic() < deadline:
            time.sleep(0.002)


def answers(host: str, port: int) -> bool:
    """Whether a connection to this address is accepted."""
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def not_ours(badge: str) -> EngineError:
    """The error for ending a server somebody else runs."""
    return EngineError(
        f"{badge}: this course did not start that server and does not end it. "
        "Unset its environment variable to let the course run one of its own."
    )


def no_process(badge: str) -> EngineError:
    """The error for freezing a stand-in."""
    return EngineError(f"{badge}: a stand-in is no process, so it cannot be frozen. kill() is an outage too.")


def _how_it_ended(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with exit code {status}"
