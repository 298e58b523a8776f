"""A redis-py client for checks: it writes down every round trip, and its server can vanish, hang or fill up.

It talks to a real Valkey of its own, never to the learner's. "Refused" is a port where nobody listens and
"hung" a socket that nobody reads, so that what the learner's code meets is what redis-py makes of the real
thing. Where Valkey is a stand-in inside this process, the client raises the same exceptions by itself.
"""

import _socket
import pickletools
import socket
import time
from contextlib import ExitStack, contextmanager

import redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from cachelab.learner.clock import real_monotonic
from cachelab.learner.words import counted

TIMEOUT = 0.25  # seconds after which the client a check hands over gives up on a server that never answers …
HEALTHY = 45.0  # … and on one that should: somebody else may be using the machine

REFUSED, HUNG = "while the cache refuses connections", "while the cache accepts commands and never answers"
FULL = "while the cache is full and refuses writes"


class _Counting:
    """Mixed into redis-py's client and pipeline: one entry in the log for each round trip."""

    _log = None

    def pipeline(self, transaction=True, shard_hint=None):
        pipe = _CountingPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        pipe._log = self._log
        return pipe


class _CountingPipeline(_Counting, Pipeline):
    def immediate_execute_command(self, *args, **options):
        with self._log.trip([args]) as trip:
            trip.reply = super().immediate_execute_command(*args, **options)
        return trip.reply

    def execute(self, raise_on_error=True):
        if not self.command_stack:
            return super().execute(raise_on_error)
        with self._log.trip([command[0] for command in self.command_stack]) as trip:
            trip.reply = super().execute(raise_on_error)
        return trip.reply


class Cache(_Counting, redis.Redis):
    """The client a learner's function is handed. `decode_responses` is off, unless `decoding` is called."""

    def __init__(self, engine, log):
        kind, settings = engine
        self._log = log
        # A stand-in (fakeredis) brings its server along, and has no address that could be exchanged.
        real = "server" not in settings
        self._address = {"host": settings["host"], "port": settings["port"]} if real else {}
        limits = {
            "socket_timeout": HEALTHY,
            "socket_connect_timeout": HEALTHY,
            "retry": Retry(NoBackoff(), 0),
        }
        super().__init__(connection_pool=redis.ConnectionPool(connection_class=kind, **settings | limits))
        # The check's own client, for looking and meddling; what it does is not in the log.
        self._desk = redis.Redis(connection_pool=redis.ConnectionPool(connection_class=kind, **settings))
        self.reset()

    def execute_command(self, *args, **options):
        with self._log.trip([args]) as trip:
            trip.reply = super().execute_command(*args, **options)
        return trip.reply

    def decoding(self) -> "Cache":
        """This client, which answers in `str` from now on, as with decode_responses=True."""
        self.connection_pool.disconnect()
        self.connection_pool.connection_kwargs["decode_responses"] = True
        return self

    def __repr__(self):
        return "cache"

    # what a check does with it

    @property
    def desk(self) -> redis.Redis:
        """The check's own client: what it does is in no log."""
        return self._desk

    def reset(self) -> None:
        self._desk.flushall()
        self._desk.script_flush()
        if self._address:
            self._desk.config_set("maxmemory", 0)

    @contextmanager
    def refusing(self):
        """Nobody listens on the cache's port any more, and every open connection is gone."""
        with self._elsewhere(listen=False), self._log.during(REFUSED):
            yield

    @contextmanager
    def hung(self):
        """Connections open, commands are accepted, answers never come."""
        with self._elsewhere(listen=True), self._log.during(HUNG):
            yield

    @contextmanager
    def full(self):
        """Every write is answered with an out-of-memory error; reads go on."""
        with self._log.during(FULL):
            if not self._address:
                with self._raising(_no_memory):
                    yield
                return
            self._desk.config_set("maxmemory", 1)
            try:
                yield
            finally:
                self._desk.config_set("maxmemory", 0)

    @contextmanager
    def dying_after(self, trips: int):
        """The server answers so many more round trips, then it is gone."""
        with ExitStack() as stack:
            left = iter([None] * trips)

            def burn():
                if next(left, burn) is burn:
                    self._log.on_trip = None
                    stack.enter_context(self._elsewhere(listen=False))

            self._log.on_trip = burn
            with self._log.during(f"while the cache dies after {counted(trips, 'command')}"):
                yield
            self._log.on_trip = None

    @contextmanager
    def _elsewhere(self, listen: bool):
        """The client's next connections go to a port that refuses, or to one that listens and never reads."""
        if not self._address:
            with self._raising(_no_answer if listen else _no_server):
                yield
            return
        with silent_port() if listen else refusing_port() as address:
            self._move(*address, TIMEOUT)
            try:
                yield
            finally:
                self._move(**self._address, timeout=HEALTHY)

    @contextmanager
    def _raising(self, fault):
        """A stand-in has no socket to disturb: the client raises."""
        self._log.fault = fault
        try:
            yield
        finally:
            self._log.fault = None

    @contextmanager
    def pausing(self, seconds: float):
        """The server answers nobody for so long, as it does during somebody else's slow command."""
        if not seconds:
            yield
            return
        self._desk.client_pause(int(seconds * 1000), all=True)
        with self._log.during(f"while the server is busy for {seconds:g} s"):
            yield

    def answers_within(self) -> float:
        """The real seconds that it takes to answer a client that waits for as long as it takes."""
        since = real_monotonic()
        self._desk.ping()
        return real_monotonic() - since

    def _move(self, host: str, port: int, timeout: float) -> None:
        settings = {"host": host, "port": port, "socket_timeout": timeout, "socket_connect_timeout": timeout}
        self.connection_pool.disconnect()
        self.connection_pool.connection_kwargs.update(settings)
        self.connection_pool.reset()  # a connection keeps the time-outs that it was made with

    def hang_up(self) -> None:
        """Close every connection."""
        for client in (self, self._desk):
            client.connection_pool.disconnect()

    def names(self) -> list[str]:
        """Every key, as text."""
        return sorted(_text(key) for key in self._desk.keys("*"))

    def ttls(self) -> dict[str, float | None]:
        """Seconds left of every key; None for a key that never expires.

        A hash is gone with its last field, so one whose fields all have a TTL of their own lives as long."""
        left = {name: self._desk.pttl(name) for name in self.names()}
        for name in [name for name, ms in left.items() if ms == -1]:
            fields = self._field_ttls(name).values() or [-1]
            left[name] = -1 if -1 in fields else max(fields)
        return {name: None if ms == -1 else ms / 1000 for name, ms in left.items() if ms != -2}

    def _field_ttls(self, name: str) -> dict[bytes, int]:
        """Milliseconds left of every field of a hash, -1 for ever; nothing where fields cannot expire."""
        if self._desk.type(name) != b"hash":
            return {}
        fields = self._desk.hkeys(name)
        try:
            return dict(zip(fields, self._desk.hpttl(name, *fields), strict=True))
        except redis.ResponseError:  # an engine older than Valkey 9
            return {}

    def age(self, seconds: float) -> None:
        """Let time pass in the cache: every TTL gets so much shorter, and what has run out is gone."""
        if not self._address:  # a stand-in asks time.time(), which the lab has put forward
            return
        for name in self.names():
            if (left := self._desk.pttl(name)) != -1:
                self._desk.pexpire(name, int(left - seconds * 1000))  # not above 0: it is gone
                continue
            for field, left in self._field_ttls(name).items():
                if left != -1:
                    self._desk.hpexpire(name, max(int(left - seconds * 1000), 0), field)

    def empty(self) -> None:
        self._desk.flushall()

    def spoil(self, value: bytes) -> None:
        """Put `value` in place of whatever each string or hash field holds; TTLs stay."""
        for name in self.names():
            if self._desk.type(name) == b"hash":
                self._desk.hset(name, mapping=dict.fromkeys(self._desk.hkeys(name), value))
            elif self._desk.type(name) == b"string":
                self._desk.set(name, value, keepttl=True)

    def swap(self, mine: set[str], other: set[str]) -> bool:
        """Put what lies under the key `other` under the key `mine`; False if they are not one key each."""
        if len(mine) != 1 or len(other) != 1 or mine == other:
            return False
        self._desk.rename(*other, *mine)
        return True

    def retype(self) -> None:
        """Make every key a list, as another program with the same key names might."""
        for name in self.names():
            self._desk.delete(name)
            self._desk.rpush(name, "not yours")

    def values(self) -> dict[str, list[bytes]]:
        """The strings stored under each key: one for a string, one a field for a hash, and so on."""
        read = {
            b"string": lambda name: [self._desk.get(name)],
            b"hash": lambda name: self._desk.hvals(name),
            b"list": lambda name: self._desk.lrange(name, 0, -1),
            b"set": lambda name: list(self._desk.smembers(name)),
            b"zset": lambda name: self._desk.zrange(name, 0, -1),
        }
        return {name: read.get(self._desk.type(name), lambda name: [])(name) for name in self.names()}

    def contents(self) -> list[tuple[str, str, str]]:
        """What is in the cache, for a table: key, value, seconds left."""
        ttls = self.ttls()
        rows = []
        for name, values in self.values().items():
            text = ", ".join(_text(value) for value in values)
            left = ttls.get(name)
            rows.append(
                (
                    name,
                    text if len(text) < 90 else text[:80] + " …",
                    "never" if left is None else f"{left:.0f} s",
                )
            )
        return rows


def responds(cache: Cache | None) -> bool:
    """Whether the server behind the cache answers somebody new, at once. (A stand-in always does.)"""
    return cache is None or not cache._address or answers_somebody_new(tuple(cache._address.values()))


def answers_somebody_new(address: tuple[str, int], question: bytes = b"PING\r\n", yes: bytes = b"+") -> bool:
    """Whether a server answers this question at once, with a line that begins so."""
    line = _socket.socket()  # below the learner's clock, which has its say on every `socket.socket`
    try:
        line.settimeout(0.5)
        line.connect(address)
        line.send(question)
        return line.recv(1) == yes
    except OSError:
        return False
    finally:
        line.close()


def _no_server(commands) -> None:
    raise redis.ConnectionError("Error 111 connecting to the cache. Connection refused.")


def _no_answer(commands) -> None:
    time.sleep(TIMEOUT)
    raise redis.TimeoutError("Timeout reading from socket")


def _no_memory(commands) -> None:
    if set(commands) - {
        "GET",
        "MGET",
        "HGET",
        "HMGET",
        "HGETALL",
        "EXISTS",
        "TTL",
        "DEL",
        "UNLINK",
        "EXPIRE",
    }:
        raise redis.exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")


@contextmanager
def refusing_port():
    """An address that refuses every connection: the port is taken, and nobody listens on it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


@contextmanager
def silent_port(host: str = "127.0.0.1", visitors: list | None = None):
    """An address where connections open and answers never come; `visitors` gets an item each, at the end."""
    with socket.socket() as silent:
        try:
            silent.bind((host, 0))
        except OSError:  # not everywhere has this computer more than one name
            silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        yield silent.getsockname()
        silent.settimeout(0)
        try:
            while visitors is not None:
                visitors.append(silent.accept()[0].close())
        except OSError:  # nobody else
            pass


@contextmanager
def swallowing_port():
    """An address where connections never open and are never refused, as behind a firewall that drops packets.

    The queue of a listener that nobody serves is filled up; what comes then is dropped by Linux. Yields
    None where the system does otherwise."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0.05)
            try:
                waiting.connect(full.getsockname())
            except TimeoutError:
                yield full.getsockname()
                return
            except OSError:
                break
        yield None


def is_pickle(value: bytes) -> bool:
    """Whether these bytes are a pickle of protocol 2 or later (the earlier ones are text nobody writes
    today)."""
    if not (value[:1] == b"\x80" and value[-1:] == b"."):
        return False
    try:
        return bool(list(pickletools.genops(value)))  # reads the opcodes; loading would run whatever they say
    except ValueError:
        return False


def _text(value) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
