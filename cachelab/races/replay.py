"""A schedule on a real server: the same clients, the same order, and every answer held against the model's.

The cache is real, with a connection for each client; the database and the order of the steps remain the
explorer's. Only keys that the clients use are touched. This is the one module of the races that needs an
engine.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

from . import model_valkey
from .calls import Call
from .client import describe
from .invariants import PROBE
from .schedule import Narrator, Step, memcached_reply, plain, short, show
from .world import Move, World, as_value

PATIENCE = 5.0  # seconds to wait for a real server to answer, or for a real key to expire
_ROUNDS = 5  # of a client that polls in vain, so many rounds are replayed
SLACK = 60_000  # milliseconds by which a real TTL may have run down since it was set


class RealValkey:
    """The cache side of a world, on a real Valkey or Redis."""

    def __init__(self, host: str, port: int, keys: list[bytes]):
        self._address, self.keys = (host, port), keys
        self._connections: dict[tuple[int, int], object] = {}
        self._own = (-1, 0)

    def reset(self) -> None:
        """No connections, and none of the keys."""
        for connection in self._connections.values():
            connection.disconnect()
        self._connections.clear()
        if self.keys:
            self._ask(self._own, (b"DEL", *self.keys))

    def close(self) -> None:
        self.reset()
        for connection in self._connections.values():
            connection.disconnect()

    def perform(self, client: int, call: Call) -> object:
        """Send a client's call; its raw reply in the model's terms."""
        who = (client, call.connection)
        match call.kind:
            case "watch":
                return self._ask(who, (b"WATCH", *call.payload))
            case "unwatch":
                return self._ask(who, (b"UNWATCH",))
            case "exec":
                self._ask(who, (b"MULTI",))
                for command in call.payload:
                    if isinstance(error := self._ask(who, command), model_valkey.ServerError):
                        self._ask(who, (b"DISCARD",))
                        return error
                return self._ask(who, (b"EXEC",))
        return self._ask(who, call.payload)

    def forget(self, client: int, connections) -> None:
        """A client's pipelines were reset: the server is told to forget their watches."""
        for connection in connections:
            if (client, connection) in self._connections:
                self._ask((client, connection), (b"UNWATCH",))

    def disconnect(self, client: int, connection: int | None = None) -> None:
        """Break a client's connection, or all of them."""
        for who in list(self._connections):
            if who[0] == client and connection in (None, who[1]):
                self._connections.pop(who).disconnect()

    def vanish(self, key: bytes, *, expire: bool) -> None:
        """Let a key go, by a real expiry or by deleting it, as an eviction does."""
        if not expire:
            self._ask(self._own, (b"DEL", key))
            return
        self._ask(self._own, (b"PEXPIRE", key, b"1"))
        deadline = time.monotonic() + PATIENCE
        while self._ask(self._own, (b"EXISTS", key)) and time.monotonic() < deadline:
            time.sleep(0.001)

    def contents(self) -> tuple:
        """The keyspace, in the model's form."""
        entries = []
        for key in sorted(self.keys):
            kind = self._ask(self._own, (b"TYPE", key))
            if kind == b"none":
                continue
            if kind == b"hash":
                flat = self._ask(self._own, (b"HGETALL", key))
                value = model_valkey.Hash(zip(flat[::2], flat[1::2], strict=True))
            else:
                value = self._ask(self._own, (b"GET", key))
            ttl = self._ask(self._own, (b"PTTL", key))
            entries.append((key, value, None if ttl < 0 else ttl))
        return tuple(entries)

    def _ask(self, who, words):
        from redis.connection import Connection
        from redis.exceptions import ResponseError

        connection = self._connections.get(who)
        if connection is None:
            host, port = self._address
            connection = self._connections[who] = Connection(
                host=host, port=port, protocol=2, socket_timeout=PATIENCE, driver_info=None
            )
        connection.send_command(*words)
        try:
            return _modelled(connection.read_response(disable_decoding=True, disconnect_on_error=False))
        except ResponseError as error:
            return _modelled(error)

    @staticmethod
    def same_answer(call: Call, real: object, modelled: object) -> bool:
        """Whether two answers are the same, but for a TTL that has run down and the wording of an error."""
        if isinstance(real, model_valkey.ServerError) and isinstance(modelled, model_valkey.ServerError):
            return True
        if call.kind == "valkey" and call.payload[0] in (b"TTL", b"PTTL"):
            scale = 1000 if call.payload[0] == b"TTL" else 1
            return (
                real == modelled or 0 < modelled - SLACK / scale <= real <= modelled or 0 <= real <= modelled
            )
        if isinstance(real, list) and isinstance(modelled, list):
            inner = [Call("valkey", command) for command in call.payload] if call.kind == "exec" else []
            inner += [Call("valkey", (b"",))] * (len(real) - len(inner))
            return len(real) == len(modelled) and all(
                RealValkey.same_answer(part, one, other)
                for part, one, other in zip(inner, real, modelled, strict=True)
            )
        return real == modelled

    @staticmethod
    def same_contents(real: tuple, modelled: tuple) -> bool:
        """Whether two keyspaces are the same, but for TTLs that have run down."""
        if [entry[:2] for entry in real] != [entry[:2] for entry in modelled]:
            return False
        return all(
            (one is None) == (other is None) and (one is None or other - SLACK <= one <= other)
            for (_, _, one), (_, _, other) in zip(real, modelled, strict=True)
        )


def _modelled(reply):
    if isinstance(reply, Exception):
        return model_valkey.ServerError(str(reply))
    if isinstance(reply, list):
        return [_modelled(item) for item in reply]
    return reply


class RealMemcached:
    """The cache side of a world, on a real memcached."""

    def __init__(self, host: str, port: int, keys: list[bytes]):
        self._address, self.keys = (host, port), keys
        self._connections: dict[int, tuple] = {}
        self._real: dict[bytes, bytes] = {}  # the model's CAS tokens -> the server's
        self._model: dict[bytes, bytes] = {}

    def reset(self) -> None:
        self.close()
        self._real.clear()
        self._model.clear()
        for key in self.keys:
            self._ask(-1, b"delete %b\r\n" % key)

    def close(self) -> None:
        for client in list(self._connections):
            self.disconnect(client)

    def perform(self, client: int, call: Call, expected: bytes = b"") -> bytes:
        """Send a client's request; the reply with CAS tokens numbered as in `expected`, the model's."""
        head, separator, data = call.payload.partition(b"\r\n")
        words = head.split(b" ")
        for i, word in enumerate(words):
            if (words[0] == b"cas" and i == 5) or (words[0] in (b"ms", b"md") and i > 1 and word[:1] == b"C"):
                prefix = word[:1] if words[0] != b"cas" else b""
                words[i] = prefix + self._real.get(word.removeprefix(prefix), b"0")
        reply = self._ask(client, b" ".join(words) + separator + data)
        return self._renumber(reply, expected)

    def _renumber(self, reply: bytes, expected: bytes) -> bytes:
        """The reply with the server's CAS tokens in the model's numbers, so far as they correspond."""
        head, separator, rest = reply.partition(b"\r\n")
        words, hoped = head.split(b" "), expected.partition(b"\r\n")[0].split(b" ")
        if len(words) == len(hoped):
            for i, (word, hope) in enumerate(zip(words, hoped, strict=True)):
                prefix = b"c" if words[0] in (b"VA", b"HD") else b""
                is_token = (words[0] == b"VALUE" and i == 4) or (
                    prefix and i and word[:1] == b"c" == hope[:1]
                )
                if not is_token:
                    continue
                real, modelled = word.removeprefix(prefix), hope.removeprefix(prefix)
                known = self._model.setdefault(real, modelled)
                if known == modelled and self._real.setdefault(modelled, real) == real:
                    words[i] = hope
        return b" ".join(words) + separator + rest

    def forget(self, client: int, connections) -> None:
        """memcached has no WATCH."""

    def disconnect(self, client: int, connection: int | None = None) -> None:
        if client in self._connections:
            sock, file = self._connections.pop(client)
            file.close()
            sock.close()

    def vanish(self, key: bytes, *, expire: bool) -> None:
        self._ask(-1, b"touch %b -1\r\n" % key if expire else b"delete %b\r\n" % key)

    def contents(self) -> tuple:
        """`(key, value, flags, whether it has a TTL)` of each item."""
        items = []
        for key in sorted(self.keys):
            lines = self._ask(-1, b"get %b\r\n" % key).split(b"\r\n", 1)
            if lines[0] == b"END":
                continue
            _, _, flags, size = lines[0].split()
            about = self._ask(-1, b"me %b\r\n" % key)
            items.append((key, lines[1][: int(size)], int(flags), b"exp=-1" not in about))
        return tuple(items)

    def _ask(self, client: int, request: bytes) -> bytes:
        if client not in self._connections:
            sock = socket.create_connection(self._address, timeout=PATIENCE)
            self._connections[client] = (sock, sock.makefile("rb"))
        sock, file = self._connections[client]
        sock.sendall(request + b"mn\r\n")
        reply = b""
        while (line := file.readline()) not in (b"MN\r\n", b""):
            reply += line
        return reply

    @staticmethod
    def same_answer(call: Call, real: bytes, modelled: bytes) -> bool:
        def ageless(reply):  # a remaining TTL runs down
            return re.sub(rb"(?<= t)\d+", b"", reply)

        return ageless(real) == ageless(modelled)

    @staticmethod
    def same_contents(real: tuple, modelled: tuple) -> bool:
        items = tuple((item.key, item.value, item.flags, item.ttl is not None) for item in modelled[0])
        return real == items


@dataclass(frozen=True)
class Difference:
    """Where the real server did something else than the model."""

    what: str
    call: str
    real: object
    modelled: object

    def __str__(self):
        return f"{self.what} of {self.call}: the server has {self.real!r}, the model {self.modelled!r}"


class Lockstep:
    """Takes a real server along a path through a world, comparing after every move."""

    def __init__(self, world: World, server: RealValkey | RealMemcached, *, real_expiry: bool = True):
        self.world, self.server, self.real_expiry = world, server, real_expiry

    def start(self, warming) -> Difference | None:
        """An empty cache, or the one that a reader warmed (its Alone); the first difference met."""
        self.server.reset()
        for node, answer in warming.calls if warming else ():
            if node.call.kind not in ("db", "outlast"):
                real = self._perform(-2, node.call, answer)
                if not self.server.same_answer(node.call, real, answer):
                    return Difference("the answer", describe(node.call), real, answer)
        return None

    def step(self, who: int, move: Move, state: tuple, raw: tuple) -> tuple[object, Difference | None]:
        """One move on both sides: `(the server's answer, the first difference or None)`."""
        world, server = self.world, self.server
        answer = None
        match move.action:
            case "call" | "lost" | "unanswered":
                place = world.places[state[len(state) - len(world.clients) + move.client]]
                node = place.node
                call = node.call
                if call.kind in ("db", "outlast"):
                    child = (
                        node.after(None) if call.kind == "outlast" else world.effect(node, state, place)[1]
                    )
                    server.forget(who, child.released)
                    return None, None
                expected, child = world.effect(node, state, place)[:2]
                if move.action != "lost":
                    answer = self._perform(who, call, expected)
                    if not server.same_answer(call, answer, expected):
                        return answer, Difference("the answer", describe(call), answer, expected)
                if move.action == "call":
                    if child.done:
                        server.disconnect(who)
                    else:
                        server.forget(who, child.released)
                else:
                    server.disconnect(who, call.connection)
            case "poll on":
                place = world.places[state[len(state) - len(world.clients) + move.client]]
                for call, expected in place.node.loop.body * min(place.node.loop.rounds - 1, _ROUNDS):
                    if call.kind not in ("db", "outlast"):
                        answer = self._perform(who, call, expected)
                        if not server.same_answer(call, answer, expected):
                            return answer, Difference("the answer", describe(call), answer, expected)
            case "crash":
                server.disconnect(who)
            case "evict" | "expire":
                server.vanish(move.key, expire=move.action == "expire" and self.real_expiry)
            case "elapse":
                for key in world.model.expiring(world.keyspaces[state[0]]):
                    server.vanish(key, expire=self.real_expiry)
        contents, modelled = server.contents(), world.keyspaces[raw[0]]
        if not server.same_contents(contents, modelled):
            return answer, Difference("the cache's contents after", move.action, contents, modelled)
        return answer, None

    def _perform(self, who, call, expected):
        if self.world.memcached:
            return self.server.perform(who, call, expected)
        return self.server.perform(who, call)


@dataclass(frozen=True)
class Replay:
    """What came of a schedule on a real server. Print it."""

    badge: str
    steps: list[Step]
    answers: list[str]  # what the real server answered, as text; "" where it was not asked
    difference: Difference | None  # None: it did just what the model says
    reader: str  # what a new reader got from the real cache in the end
    latest: str  # what the database has
    end: str = ""  # what had to pass before the reader looked

    @property
    def agrees(self) -> bool:
        """Whether the real server answered every step as the explorer said."""
        return self.difference is None

    def table(self) -> str:
        """The steps with the answers of the real server."""
        rows = [("", "who", "call", "real answer")]
        rows += [
            (str(number), step.client, step.call, answer)
            for number, (step, answer) in enumerate(zip(self.steps, self.answers, strict=False), 1)
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        return "\n".join(
            "  ".join([row[0].rjust(widths[0]), *(row[i].ljust(widths[i]) for i in (1, 2, 3))]).rstrip()
            for row in rows
        )

    def __repr__(self):
        lines = [self.badge, self.table()]
        if self.difference is not None:
            lines.append(f"Not as the model says: {self.difference}.")
        else:
            lines.append(
                f"{self.end}A new reader gets {self.reader} from the real cache; "
                f"the database has {self.latest}."
            )
        return "\n".join(lines)


def replay(report, kind: str | None, engine=None) -> Replay:
    """Run the violating schedule of `kind` on `engine`, or on a server of this kernel's own.

    Raises ValueError if there is nothing to replay, EngineError if no real server can be had.
    """
    if kind is None:
        raise ValueError("there is no violating schedule to replay: the report found none")
    search = report._search
    world = search.world
    engine = engine or _engine(world.memcached)
    if not engine.is_real:
        raise ValueError(f"a replay needs a real server, and here there is none ({engine.badge})")
    start, moves = report.way(search.found[kind])
    side = RealMemcached if world.memcached else RealValkey
    server = side(engine.host, engine.port, keys_of(world))
    try:
        lockstep = Lockstep(world, server)
        warm = start == search.starts.get("warm") and start != search.starts["cold"]
        difference = lockstep.start(search.warming if warm else None)
        answers = []
        last = start
        for who, move, state, raw in Narrator(world).walk(start, moves):
            if difference is not None:
                break
            answer, difference = lockstep.step(who, move, state, raw)
            answers.append(_shown(world, move, state, answer))
            last = raw
        end = ""
        if kind in ("X", "K") and (expiring := world.model.expiring(world.keyspaces[last[0]])):
            for key in expiring:
                server.vanish(key, expire=True)
            end = "The TTLs run out. "
        reader = _read(search, server, last)
    finally:
        server.close()
    latest = world.logs[last[1]][-1]
    return Replay(engine.badge, report.violations[kind], answers, difference, reader, latest, end)


def keys_of(world: World) -> list[bytes]:
    """Every key that is ever in the cache."""
    return sorted({key for keyspace in world.keyspaces for key in world.model.keys(keyspace)})


_servers: dict[bool, object] = {}


def _engine(memcached: bool):
    """A server for replays only, so that nobody's keys are in the way; started once."""
    from cachelab import engines

    engine = _servers.get(memcached)
    if engine is None or not engine.alive:
        make = engines.memcached if memcached else engines.valkey
        engine = _servers[memcached] = make(fresh=True)
    return engine


def _shown(world, move, state, answer) -> str:
    if answer is None and move.action != "call":
        return ""
    if move.action == "call":
        place = world.places[state[len(state) - len(world.clients) + move.client]]
        if place.node.call.kind in ("db", "outlast"):
            return "(the database is the explorer's)" if place.node.call.kind == "db" else ""
    if isinstance(answer, bytes) and world.memcached:
        answer = memcached_reply(answer)
    return show(short(plain(answer)))


def _read(search, server, state) -> str:
    """Run a new reader on the real cache; what it returns, in words."""
    world = search.world
    node = world.program(search.probe_used, "the new reader", PROBE).root
    log = world.logs[state[1]]
    for _ in range(100):
        if node.done:
            break
        call = node.call
        if call.kind == "db":
            answer = log[-1] if call.payload[0] == "read" else (log[-1], len(log) - 1)
        elif call.kind == "outlast":
            answer = None
        else:
            answer = server.perform(-3, call)
        node = node.after(answer)
        server.forget(-3, node.released)
    else:
        return "no answer: it waits for ever"
    if node.failure is not None:
        return f"an exception, {node.failure}"
    value = as_value(node.result)
    return value if value is not None else repr(node.result)
