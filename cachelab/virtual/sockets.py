"""Sockets to servers that live in virtual time: what a client of a cache needs of a socket, and its failures.

A packet takes half of a round trip there and half back. What a dead, frozen or unreachable server does is
what the kernel does on a real network: refuses, accepts and says nothing, or does not answer the SYN.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Protocol

from cachelab.learner.words import counted

from .errors import Unsupported
from .scheduler import Scheduler, here, place

SYN_AGAIN = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # seconds between the attempts to connect, Linux' default
Duration = float | Callable[[Random], float]


class Dialogue(Protocol):
    """One connection as its server sees it."""

    def feed(self, data: bytes) -> int:
        """Take what arrived; the number of commands it held. Replies go to `Connection.reply`."""

    def over(self) -> None:
        """The client has gone."""


class Server:
    """A server in virtual time and everything that may befall it.

    `latency` is a round trip in seconds, or a function of a `random.Random` that draws one; `service` is
    the time that the server, which does one thing at a time, takes for one command.
    """

    def __init__(
        self, scheduler: Scheduler, host: str, port: int, latency: Duration, service: float, chance: Random
    ):
        self.host, self.port = host, port
        self.latency, self.service = latency, service
        self.commands = 0
        self._scheduler, self._chance = scheduler, chance
        self._state, self._extra, self._free_at = "up", 0.0, 0.0
        self._connections: list[Connection] = []

    def __repr__(self) -> str:
        return f"<{self.host}:{self.port} {self._state}, {counted(self._connections, 'connection')}>"

    # incidents

    def slow(self, seconds: float) -> None:
        """Add so many seconds to each round trip from now on; 0 ends it."""
        self._extra = seconds

    def stall(self, seconds: float) -> None:
        """Be busy for so long with something else, as during a fork or a KEYS."""
        self._free_at = max(self._free_at, self._scheduler.now) + seconds

    def freeze(self) -> None:
        """Hang as under SIGSTOP: connections are accepted, nothing is answered, until `heal()`."""
        self._state = "frozen"

    def black_hole(self) -> None:
        """Lose every packet, the SYN of new connections too, until `heal()`."""
        self._state = "black hole"

    def kill(self) -> None:
        """Die: connections are closed, new ones refused, until `restart()`."""
        self._state = "down"
        self._drop(None)

    def reset(self) -> None:
        """Reset every open connection, once."""
        self._drop(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))

    def heal(self) -> None:
        """Neither frozen nor unreachable any more; what arrived meanwhile is answered now."""
        if self._state in ("frozen", "black hole"):
            self._state = "up"
            for connection in list(self._connections):
                connection.healed()

    def restart(self) -> None:
        """Be up after `kill()`, without the data."""
        self._state, self._free_at = "up", self._scheduler.now
        self.forget()

    def promote(self) -> None:
        """Be up after `kill()`, with the data: a replica has taken its place."""
        self._state, self._free_at = "up", self._scheduler.now

    def forget(self) -> None:
        """What a restart loses."""
        raise NotImplementedError

    # connections

    def talk(self, connection: Connection) -> Dialogue:
        raise NotImplementedError

    def trip(self) -> float:
        latency = self.latency(self._chance) if callable(self.latency) else self.latency
        return max(0.0, latency) + self._extra

    def _drop(self, error: OSError | None) -> None:
        for connection in self._connections:
            connection.dropped(error, self.trip() / 2)
        self._connections = []

    def busy_until(self) -> float:
        return max(self._free_at, self._scheduler.now)

    def took(self, commands: int) -> float:
        """Account for so many commands; the moment at which they are done."""
        self.commands += commands
        self._free_at = self.busy_until() + commands * self.service
        return self._free_at


class Connection:
    """Both ends of one connection: the client's socket reads `inbox`, the server feeds the dialogue."""

    def __init__(self, server: Server, client: str):
        self.server, self.client = server, client
        self.inbox: deque[bytes] = deque()
        self.line: deque = deque()  # the client, if it waits
        self.closed = False  # by the client
        self.eof = False
        self.error: OSError | None = None
        self.alive = True  # the server knows it
        self._held: deque[bytes | None] = deque()  # arrived, or sent again, while the server could not answer
        self._answers: deque[bytes] = deque()  # that a black hole keeps
        self._arrival = self._return = 0.0
        self._half = 0.0
        self._batch: list[bytes] | None = None
        server._connections.append(self)
        self.dialogue = server.talk(self)

    @property
    def scheduler(self) -> Scheduler:
        return self.server._scheduler

    def send(self, data: bytes | None) -> None:
        """The client sends, or closes (None); packets keep their order."""
        half = self.server.trip() / 2
        self._arrival = max(self._arrival, self.scheduler.now + half)
        self.scheduler.after(self._arrival - self.scheduler.now, lambda: self._arrive(data, half))

    def _arrive(self, data: bytes | None, half: float) -> None:
        server = self.server
        if not self.alive:
            if not self.eof and self.error is None and not self.closed:
                self.dropped(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), half)
        elif server._state in ("frozen", "black hole"):
            self._held.append(data)
        elif data is None:
            self.alive = False
            self.dialogue.over()
            server._connections.remove(self)
        elif (wait := server.busy_until() - self.scheduler.now) > 0:
            self.scheduler.after(wait, lambda: self._arrive(data, half))
        else:
            self._half, self._batch = half, []
            commands = self.dialogue.feed(data)
            batch, self._batch = self._batch, None
            server.took(commands)
            if batch:
                self.reply(b"".join(batch))

    def reply(self, data: bytes) -> None:
        """The server answers, once it is done with what it is doing; a pipeline's answers travel together."""
        if self._batch is not None:
            self._batch.append(data)
            return
        if self.server._state == "black hole":
            self._answers.append(data)
            return
        now = self.scheduler.now
        self._return = max(self._return, self.server.busy_until() + self._half)
        self.scheduler.after(self._return - now, lambda: self._receive(data))

    def _receive(self, data: bytes) -> None:
        if self.server._state == "black hole" and self.alive:
            self._answers.append(data)
        elif not self.closed and not self.eof and self.error is None:
            self.inbox.append(data)
            self.scheduler.wake(self.line)

    def healed(self) -> None:
        while self._answers:
            self.reply(self._answers.popleft())
        held, self._held = self._held, deque()
        for data in held:
            self._arrive(data, self.server.trip() / 2)

    def dropped(self, error: OSError | None, half: float) -> None:
        """The server's end is gone: the client sees the end of the stream, or an error, half a trip later."""
        if self.alive:
            self.alive = False
            self.dialogue.over()

        def seen():
            if error is None:
                self.eof = True
            else:
                self.error = error
            self.scheduler.wake(self.line)

        self.scheduler.after(half, seen)

    def close(self) -> None:
        """The client has gone. What it sent before is on its way: a time-out is not a no."""
        self.closed = True
        if self.alive and here() is not None and not self.scheduler.closing:
            self.send(None)


class Network:
    """Which servers there are, by host and port."""

    def __init__(self):
        self.servers: dict[tuple[str, int], Server] = {}

    def add(self, server: Server) -> None:
        if not 0 < server.port < 65536:
            raise ValueError(f"port {server.port}: a port lies between 1 and 65535.")
        if (server.host, server.port) in self.servers:
            raise ValueError(
                f"There is a server at {server.host}:{server.port} already: give it another host."
            )
        self.servers[server.host, server.port] = server

    def find(self, host: str, port: int) -> Server:
        found = self.servers.get((host, int(port)))
        if found is None:
            me = here()
            known = ", ".join(f"{host}:{port}" for host, port in self.servers) or "none"
            raise me.scheduler.tell(
                Unsupported(
                    f"There is no server at {host}:{port} in virtual time (known: {known}), and a real one "
                    f"would answer in real time; asked by {me.name} at {place(me)}. "
                    "Make one with clock.cache(host, port)."
                )
            )
        return found


class Socket:
    """The client's end, with what redis-py and pymemcache ask of a socket."""

    def __init__(self, family=socket.AF_INET, type=socket.SOCK_STREAM, proto=0, fileno=None):
        me = here()
        if (
            family not in (socket.AF_INET, socket.AF_INET6)
            or type != socket.SOCK_STREAM
            or fileno is not None
        ):
            raise me.scheduler.tell(
                Unsupported(
                    f"Only TCP clients have a virtual form, not {family!r} {type!r}; asked at {place(me)}."
                )
            )
        self.family, self.type, self.proto = family, type, proto
        self._scheduler, self._timeout = me.scheduler, None
        self._connection: Connection | None = None
        self._address, self._closed = ("", 0), False

    def settimeout(self, seconds: float | None) -> None:
        if seconds is not None and seconds < 0:
            raise ValueError("Timeout value out of range")
        self._timeout = seconds

    def gettimeout(self) -> float | None:
        return self._timeout

    def setblocking(self, flag: bool) -> None:
        self._timeout = None if flag else 0.0

    def setsockopt(self, *_) -> None:
        pass

    def getsockopt(self, *_) -> int:
        return 0

    def fileno(self) -> int:
        return -1

    def getpeername(self) -> tuple[str, int]:
        if self._connection is None:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return self._address

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 0)

    def connect(self, address: tuple) -> None:
        """Raise ConnectionRefusedError or TimeoutError, as the server is."""
        me = here()
        server = me.scheduler.network.find(*address[:2])
        line: deque = deque()
        outcome: list = []

        def syn(attempt: int = 0):
            if server._state == "black hole":
                if attempt < len(SYN_AGAIN):
                    me.scheduler.after(SYN_AGAIN[attempt], lambda: syn(attempt + 1))
                    return
                outcome.append(TimeoutError(errno.ETIMEDOUT, "Connection timed out"))
            elif server._state == "down":
                outcome.append(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
            else:
                outcome.append(None)
            me.scheduler.after(half, lambda: me.scheduler.wake(line))

        half = server.trip() / 2
        me.scheduler.after(half, syn)
        why = Answer(f"a connection to {server.host}:{server.port}", self._timeout)
        if not me.scheduler.wait(line, self._timeout, why):
            raise TimeoutError("timed out")
        if outcome[0] is not None:
            raise outcome[0]
        if server._state == "down":
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        self._connection, self._address = Connection(server, me.name), address

    def connect_ex(self, address: tuple) -> int:
        try:
            self.connect(address)
        except OSError as error:
            return error.errno or errno.EAGAIN
        return 0

    def _open(self) -> Connection:
        if self._closed:
            raise OSError(errno.EBADF, "Bad file descriptor")
        if self._connection is None:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        if here() is None:
            raise OSError(errno.ENOTCONN, "This connection lives in virtual time")
        return self._connection

    def sendall(self, data) -> None:
        connection = self._open()
        if connection.error is not None:
            raise connection.error
        if connection.eof:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        me = here()
        if me is not None:
            connection.client = me.name
        connection.send(bytes(data))

    def send(self, data) -> int:
        self.sendall(data)
        return len(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        connection = self._open()
        if not connection.inbox and connection.error is None and not connection.eof:
            if self._timeout == 0:
                raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
            server = connection.server
            why = Answer(f"an answer from {server.host}:{server.port}", self._timeout)
            if not self._scheduler.wait(connection.line, self._timeout, why):
                raise TimeoutError("timed out")
            if self._closed:
                raise OSError(errno.EBADF, "Bad file descriptor")
        if connection.inbox:
            data = connection.inbox.popleft()
            if len(data) > size:
                connection.inbox.appendleft(data[size:])
            if flags & socket.MSG_PEEK:
                connection.inbox.appendleft(data[:size])
            return data[:size]
        if connection.error is not None:
            raise connection.error
        return b""

    def recv_into(self, buffer, size: int = 0, flags: int = 0) -> int:
        data = self.recv(size or len(buffer), flags)
        buffer[: len(data)] = data
        return len(data)

    def shutdown(self, how: int) -> None:
        self._open()

    def close(self) -> None:
        self._closed = True
        if self._connection is not None and not self._connection.closed:
            self._connection.close()
            if here() is not None:
                self._scheduler.wake(self._connection.line)

    def detach(self) -> int:
        self.close()
        return -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        raise self._scheduler.tell(
            Unsupported(f"socket.{name} has no virtual form: only clients of the virtual cache work.")
        )


class Answer:
    """What a client waits for, in words."""

    def __init__(self, what: str, timeout: float | None):
        self.what, self.timeout = what, timeout

    def __str__(self) -> str:
        return self.what if self.timeout is not None else f"{self.what} (it set no time-out)"


def dispatching(real: type) -> type:
    """What `socket.socket` is while virtual time is on."""

    class Either(type):
        def __call__(cls, *args, **kwargs):
            return real(*args, **kwargs) if here() is None else Socket(*args, **kwargs)

        def __instancecheck__(cls, thing):
            return isinstance(thing, real | Socket)

        def __subclasscheck__(cls, other):
            return issubclass(other, real)

    return Either("socket", (real,), {"__slots__": ()})


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0) -> list:
    """A virtual server's name is its address."""
    here().scheduler.network.find(host, port)
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, int(port)))]


def gethostbyname(host: str) -> str:
    return host


def no_tls(real):
    def wrap_socket(self, sock, *args, **kwargs):
        if isinstance(sock, Socket):
            raise sock._scheduler.tell(
                Unsupported("TLS has no virtual form: in virtual time, connect without ssl=True.")
            )
        return real(self, sock, *args, **kwargs)

    return wrap_socket
