"""An address that stays while what is behind it changes, hangs, moves away or gets encrypted."""

import atexit
import itertools
import os
import threading
from pathlib import Path

from .child import Child
from .errors import EngineError, PortTaken
from .ports import HOST, free_port
from .tls import ServerMaterial

_lock = threading.RLock()
_server: Child | None = None
_keys = itertools.count(1)
_TRIES = 5

Address = tuple[str, int]


def _the_server() -> Child:
    """The process that runs this kernel's relays (see relay_server.py), started at the first need."""
    global _server
    with _lock:
        if _server is None or not _server.alive:
            _server = Child(Path(__file__).with_name("relay_server.py"))
        return _server


def close_all() -> None:
    """End the relay process and every relay in it."""
    global _server
    with _lock:
        server, _server = _server, None
    if server is not None:
        server.close()


atexit.register(close_all)


def _after_fork() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Relay:
    """Listens on loopback and forwards each connection to `target`, a (host, port).

    `port`: the port to listen on, a free one if None. `tls`: from `tls.authority().server_material()`:
    clients then speak TLS with the relay, which speaks plainly with the target; with `plain_too` the
    same port takes both, told apart by the first byte the client sends. `delay`: seconds each way, on
    everything that passes; opening a connection costs its round trip too.

    If nobody listens at the target, a client's connection is accepted and then reset.

    Raises PortTaken if the port asked for is, and EngineError if the certificate cannot be used.
    """

    host = HOST

    def __init__(
        self,
        target: Address,
        port: int | None = None,
        tls: ServerMaterial | None = None,
        delay: float = 0.0,
        *,
        plain_too: bool = False,
    ) -> None:
        self._key = next(_keys)
        self._delay = _seconds(delay)
        self.targets = _addresses((target,))
        self.tls = tls
        self._child = _the_server()
        for attempt in range(_TRIES):
            self.port = port or free_port()
            answer = self._child.ask(
                "open",
                key=self._key,
                host=self.host,
                port=self.port,
                targets=self.targets,
                delay=self._delay,
                certificate_file=tls and str(tls.certificate_file),
                key_file=tls and str(tls.key_file),
                plain_too=plain_too,
            )
            if not answer.get("taken"):
                return
            if port or attempt == _TRIES - 1:
                raise PortTaken(
                    f"port {self.port} on {self.host} is taken: another program listens there, so the "
                    "relay cannot. Leave the port out to get a free one, or end that program."
                )

    @property
    def delay(self) -> float:
        """Seconds added each way. May be set at any time; what is already on its way keeps its order."""
        return self._delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._ask("set", delay=_seconds(seconds))
        self._delay = seconds

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return self._ask("count")["connections"]

    def retarget(self, *target: str | int | Address) -> None:
        """Send new connections elsewhere: `retarget(host, port)`, or several (host, port)s in turn.

        Open connections stay where they are; `cut()` makes their clients come again.
        """
        pairs = (target,) if len(target) == 2 and isinstance(target[0], str) else target
        self.targets = _addresses(pairs)
        self._ask("set", targets=self.targets)

    def hang(self) -> None:
        """Accept connections and never answer, as a frozen server does; open ones freeze too."""
        self._ask("do", what="hang")

    def refuse(self) -> None:
        """Refuse new connections, as a machine without the server does. Open ones live on: `cut()` them."""
        self._ask("do", what="refuse")

    def black_hole(self) -> None:
        """Answer nothing at all, as a machine that is gone or a firewall that drops: who connects waits until
        they give up, open connections fall silent. (The queue of the listening socket is full: Linux and
        macOS then drop the opening packet.)"""
        self._ask("do", what="black_hole")

    def resume(self) -> None:
        """End `hang()`, `refuse()` or `black_hole()`. What was held meanwhile goes on its way."""
        self._ask("do", what="resume")

    def cut(self) -> None:
        """Drop every open connection."""
        self._ask("do", what="cut")

    def close(self) -> None:
        """Stop listening and drop every connection, for good."""
        if self._child.alive:
            self._ask("close")

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        ends = " or ".join(f"{host}:{port}" for host, port in self.targets)
        tls = " · TLS" if self.tls else ""
        delay = f" · {self._delay * 1e3:g} ms each way" if self._delay else ""
        return f"relay {self.host}:{self.port} to {ends}{tls}{delay}"

    def _ask(self, question: str, **fields: object) -> dict:
        if not self._child.alive and self._child.owner == os.getpid():
            raise EngineError(f"{self!r} was closed (stop_all() does that): make a new one.")
        return self._child.ask(question, key=self._key, **fields)


def _addresses(pairs: tuple) -> list[Address]:
    for pair in pairs:
        match pair:
            case (str(), int(port)) if 0 < port < 65536:
                continue
        raise ValueError(f"{pair!r} is no target: give a host name and a port, such as ('127.0.0.1', 6379).")
    if not pairs:
        raise ValueError("no target: give a host name and a port, such as retarget('127.0.0.1', 6379).")
    return list(pairs)


def _seconds(delay: float) -> float:
    if not 0 <= delay <= 60:
        raise ValueError(f"delay={delay!r}: give seconds each way, from 0 to 60 (1 ms is 0.001).")
    return float(delay)
