"""A cache in virtual time: a server that redis-py connects to, and the incidents of its life."""

from __future__ import annotations

from random import Random
from typing import Any

import redis

from .engine import Commands, Data
from .log import Log
from .replication import Replication
from .scheduler import Scheduler
from .sockets import Connection, Dialogue, Duration, Server

_PREAMBLE = frozenset((b"HELLO", b"CLIENT", b"AUTH", b"SELECT", b"COMMAND"))


class Cache(Server):
    """A Valkey-like server at `host:port` of virtual time; connect to it with redis-py as to any other.

    `latency` is the round trip in seconds, or a function of a `random.Random`; `service` the seconds that the
    server's one thread takes for a command. Incidents: `slow stall freeze black_hole heal kill restart
    promote reset flush fill_up make_room`.

    >>> from cachelab import virtual
    >>> with virtual.time() as clock:
    ...     cache = clock.cache(latency=0.001)
    ...     client = cache.client(decode_responses=True)
    ...     client.set("user:42", "Ada", ex=60)
    ...     clock.sleep(61)
    ...     print(client.get("user:42"))
    True
    None
    """

    def __init__(
        self,
        scheduler: Scheduler,
        log: Log,
        host: str = "cache",
        port: int = 6379,
        latency: Duration = 0.0005,
        service: float = 0.0,
        chance: Random | None = None,
    ):
        super().__init__(scheduler, host, port, latency, service, chance or Random(0))
        self._log = log
        self._data = Data(scheduler.after)
        self.replication: Replication | None = None

    def client(self, **settings: Any) -> redis.Redis:
        """`redis.Redis(host=…, port=…, **settings)`: nothing but redis-py's own defaults is set."""
        return redis.Redis(host=self.host, port=self.port, **settings)

    def flush(self) -> None:
        """FLUSHALL, by somebody else, at once."""
        self.ask("FLUSHALL")

    def fill_up(self) -> None:
        """Have no memory left, and nothing that may be evicted: commands that store are refused."""
        self._data.full = True

    def make_room(self) -> None:
        """Have memory again."""
        self._data.full = False

    def forget(self) -> None:
        self._data = Data(self._scheduler.after)
        if self.replication is not None:
            self.replication.follow(self._data)

    # replicas

    def replicas(self, *lags: float) -> Replication:
        """Have replicas from now on, each with its lag in seconds, `math.inf` for a link that is silent.

        `WAIT` knows of them, and one of them takes over in `failover()`. They copy database 0 as a whole at
        each write: it is for a few keys.

        >>> import math
        >>> from cachelab import virtual
        >>> with virtual.time() as clock:
        ...     cache = clock.cache()
        ...     replicas = cache.replicas(0.2)
        ...     client = cache.client(decode_responses=True, single_connection_client=True)
        ...     client.set("order:7", "paid"), client.wait(1, 100), client.wait(1, 500)
        ...     replicas.lag(0, math.inf)
        ...     client.set("order:8", "paid")
        ...     cache.failover()
        ...     client.mget("order:7", "order:8")
        (True, 0, 1)
        True
        ['paid', None]
        """
        if self.replication is None:
            self.replication = Replication(self._scheduler.after, lags)
            self.replication.follow(self._data)
            return self.replication
        raise ValueError(f"{self} has replicas already: change their lag with its `replication.lag(…)`.")

    def failover(self) -> None:
        """The primary dies, and the replica that knows most takes over under the same name, at once. A new
        replica takes its place, with the same lag."""
        if self.replication is None:
            raise ValueError(f"{self} has no replica that could take over: call replicas() first.")
        content = self.replication.promoted()
        self.kill()
        self.restart()
        self.replication.fill(content)

    def ask(self, *command: Any) -> Any:
        """One command, answered by the server's data at once: no trip, no client, whatever its state.

        Bytes, ints and lists as in RESP 2; an error reply raises `redis.ResponseError`. For set-up and for
        looking.

        >>> from cachelab import virtual
        >>> with virtual.time() as clock:
        ...     cache = clock.cache()
        ...     cache.ask("SET", "user:42", "Ada", "PX", 1500)
        ...     cache.ask("PTTL", "user:42")
        b'OK'
        1500
        """
        if not command:
            raise ValueError("ask() needs a command, such as ask('GET', 'user:42').")
        replies: list[bytes] = []
        commands = Commands(self._data, replies.append, lambda fields: None, self._scheduler.after)
        words = [word if isinstance(word, bytes) else str(word).encode() for word in command]
        commands.feed(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        commands.over()
        if not replies:
            raise ValueError(f"{command[0]} gave no answer: ask() is for commands that answer at once.")
        value, _ = _decode(b"".join(replies))
        if isinstance(value, redis.ResponseError):
            raise value
        return value

    def talk(self, connection: Connection) -> Dialogue:
        return _Dialogue(self, connection)


class _Dialogue:
    def __init__(self, cache: Cache, connection: Connection):
        self._cache, self._connection, self._count = cache, connection, 0
        self._commands = Commands(cache._data, connection.reply, self._note, cache._scheduler.after)

    def feed(self, data: bytes) -> int:
        self._count = 0
        self._commands.feed(data)
        return self._count

    def over(self) -> None:
        self._commands.over()

    def _note(self, fields: list[bytes]) -> None:
        self._count += 1
        name = fields[0].upper()
        if name not in _PREAMBLE:
            shown = fields[1].decode(errors="replace")[:60] if len(fields) > 1 else ""
            self._cache._log.add(self._connection.client, self._cache.host, name.decode(), shown)


def _decode(data: bytes, at: int = 0) -> tuple[Any, int]:
    """A RESP 2 reply and where it ends."""
    end = data.index(b"\r\n", at)
    kind, rest, after = data[at : at + 1], data[at + 1 : end], end + 2
    if kind == b"+":
        return rest, after
    if kind == b"-":
        return redis.ResponseError(rest.decode()), after
    if kind == b":":
        return int(rest), after
    length = int(rest)
    if length < 0:
        return None, after
    if kind == b"$":
        return data[after : after + length], after + length + 2
    items = []
    for _ in range(length):
        item, after = _decode(data, after)
        items.append(item)
    return items, after
