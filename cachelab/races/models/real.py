"""The cache side of a world on real servers, one connection for each client, answers in the models' terms.

Only the keys given are touched. Nothing here starts a server: replay.py does.
"""

from __future__ import annotations

import re
import socket
import time

from cachelab.races.calls import Call
from cachelab.races.models import valkey
from cachelab.races.models.commands.streams import MOMENT, id_of, written
from cachelab.races.models.commands.table import Group, Hash, List, Set, SortedSet, Stream

PATIENCE = 5.0  # seconds to wait for a real server to answer, or for a real key to expire
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
                    if isinstance(error := self._ask(who, _at_the_moment(command)), valkey.ServerError):
                        self._ask(who, (b"DISCARD",))
                        return error
                return self._ask(who, (b"EXEC",))
        return self._ask(who, _at_the_moment(call.payload))

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

    def fail_over(self, keyspace: tuple) -> None:
        """Hold what a replica held that takes over; every watch is broken, as by the lost connections."""
        for key in self.keys:
            self._ask(self._own, (b"SET", key, b""))  # so that the key is touched, even where there is none
            self._ask(self._own, (b"DEL", key))
        for key, value, ttl in valkey.entries(keyspace):
            for command in _storing(key, value):
                self._ask(self._own, command)
            if ttl is not None:
                self._ask(self._own, (b"PEXPIRE", key, b"%d" % ttl))

    def contents(self) -> tuple:
        """The keyspace, in the model's form."""
        entries = []
        for key in sorted(self.keys):
            kind = self._ask(self._own, (b"TYPE", key))
            if kind == b"none":
                continue
            value = _held(kind, self._ask(self._own, _reading(kind, key)))
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
        if isinstance(real, valkey.ServerError) and isinstance(modelled, valkey.ServerError):
            return True
        if call.kind == "valkey" and call.payload[0] in (b"TTL", b"PTTL"):
            scale = 1000 if call.payload[0] == b"TTL" else 1
            return (
                real == modelled or 0 < modelled - SLACK / scale <= real <= modelled or 0 <= real <= modelled
            )
        if call.kind == "valkey" and call.payload[0] in UNORDERED and isinstance(real, list):
            return isinstance(modelled, list) and sorted(real) == sorted(modelled)
        if call.kind == "valkey" and call.payload[0] == b"XPENDING" and _per_entry(modelled):
            return _per_entry(real) and _without_idle(real) == _without_idle(modelled)
        if call.kind == "valkey" and call.payload[0] == b"SCAN" and isinstance(real, list):
            pages = real[0] != b"0" or modelled[0] != b"0"  # how many, and which keys on which, is its own
            return pages or sorted(real[1]) == sorted(modelled[1])
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
        modelled = valkey.entries(modelled)
        if [entry[:2] for entry in real] != [entry[:2] for entry in modelled]:
            return False
        return all(
            (one is None) == (other is None) and (one is None or other - SLACK <= one <= other)
            for (_, _, one), (_, _, other) in zip(real, modelled, strict=True)
        )


#: commands that answer with a list in an order of the server's own
UNORDERED = (b"SMEMBERS", b"KEYS", b"SINTER", b"SUNION", b"SDIFF")


def _per_entry(reply) -> bool:
    """Whether XPENDING tells of each entry by itself, and with it for how long that has been idle."""
    return isinstance(reply, list) and bool(reply) and isinstance(reply[0], list)


def _without_idle(reply) -> list:
    return [(number, who, times) for number, who, _, times in reply]


def _at_the_moment(words: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The command as it goes to the server; an id that it is to make (XADD … *) is of the model's moment."""
    if words[0].upper() != b"XADD" or b"*" not in words:
        return words
    at = words.index(b"*")
    return (*words[:at], b"%d-*" % MOMENT, *words[at + 1 :])


def _storing(key: bytes, value) -> list[tuple[bytes, ...]]:
    """The commands that store a value of the model."""
    match value:
        case Hash():
            return [(b"HSET", key, *(word for pair in value for word in pair))]
        case SortedSet():
            return [(b"ZADD", key, *(word for one, score in value for word in (valkey.text_of(score), one)))]
        case List():
            return [(b"RPUSH", key, *value)]
        case Set():
            return [(b"SADD", key, *value)]
        case Stream():
            return _storing_stream(key, value)
    return [(b"SET", key, value)]


def _storing_stream(key: bytes, stream: Stream) -> list[tuple[bytes, ...]]:
    """A pending entry may be gone from the stream: it is there until it has been claimed."""
    entries = dict(stream.entries)
    gone = {number for _, group in stream.groups for number, *_ in group.pending} - entries.keys()
    held = sorted({**entries, **dict.fromkeys(gone, (b"gone", b""))}.items())
    commands = [(b"XGROUP", b"CREATE", key, b"", b"0", b"MKSTREAM"), (b"XGROUP", b"DESTROY", key, b"")]
    commands += [(b"XADD", key, written(number), *words) for number, words in held]
    for name, group in stream.groups:
        commands.append((b"XGROUP", b"CREATE", key, name, written(group.last)))
        commands += [(b"XGROUP", b"CREATECONSUMER", key, name, consumer) for consumer in group.consumers]
        for number, consumer, times in group.pending:
            claim = (b"XCLAIM", key, name, consumer, b"0", written(number))
            commands.append((*claim, b"FORCE", b"RETRYCOUNT", b"%d" % times))
    commands += [(b"XDEL", key, written(number)) for number in gone]
    return [*commands, (b"XSETID", key, written(stream.last))]


def _reading(kind: bytes, key: bytes) -> tuple[bytes, ...]:
    """The command that reads all of a value of this kind."""
    match kind:
        case b"hash":
            return (b"HGETALL", key)
        case b"zset":
            return (b"ZRANGE", key, b"0", b"-1", b"WITHSCORES")
        case b"list":
            return (b"LRANGE", key, b"0", b"-1")
        case b"set":
            return (b"SMEMBERS", key)
        case b"stream":
            return (b"XINFO", b"STREAM", key, b"FULL", b"COUNT", b"0")
    return (b"GET", key)


def _held(kind: bytes, reply):
    """What is told by `_reading`, as the model holds it."""
    match kind:
        case b"hash":
            return Hash(zip(reply[::2], reply[1::2], strict=True))
        case b"zset":
            return SortedSet(zip(reply[::2], map(float, reply[1::2]), strict=True))
        case b"list":
            return List(reply)
        case b"set":
            return Set(reply)
        case b"stream":
            return _held_stream(reply)
    return reply


def _held_stream(reply) -> Stream:
    told, groups = dict(zip(reply[::2], reply[1::2], strict=True)), []
    for words in told[b"groups"]:
        about = dict(zip(words[::2], words[1::2], strict=True))
        pending = tuple((id_of(number), who, times) for number, who, _, times in about[b"pending"])
        consumers = tuple(consumer[1] for consumer in about[b"consumers"])
        groups.append((about[b"name"], Group(id_of(about[b"last-delivered-id"]), pending, consumers)))
    entries = tuple((id_of(number), tuple(words)) for number, words in told[b"entries"])
    return Stream(entries, id_of(told[b"last-generated-id"]), tuple(groups))


def _modelled(reply):
    if isinstance(reply, Exception):
        return valkey.ServerError(str(reply))
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
        """No connections, and none of the keys."""
        self._disconnect_all()
        self._real.clear()
        self._model.clear()
        for key in self.keys:
            self._ask(-1, b"delete %b\r\n" % key)

    def close(self) -> None:
        self.reset()
        self._disconnect_all()

    def _disconnect_all(self) -> None:
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
        """`(key, value, flags, whether it has a TTL)` of each item; None: no TTL, or a second of it left."""
        items = []
        for key in sorted(self.keys):
            lines = self._ask(-1, b"get %b\r\n" % key).split(b"\r\n", 1)
            if lines[0] == b"END":
                continue
            _, _, flags, size = lines[0].split()
            about = self._ask(-1, b"me %b\r\n" % key).split()
            # as a whole word: 1.6.18 gives what is left with the wrong sign, so 199 seconds are "exp=-199"
            has_ttl = None if b"exp=-1" in about else True
            items.append((key, lines[1][: int(size)], int(flags), has_ttl))
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
        items = [(item.key, item.value, item.flags) for item in modelled[0]]
        if [item[:3] for item in real] != items:
            return False
        return all(
            item.ttl is not None if has_ttl else item.ttl is None or item.ttl <= 2  # one may have run down
            for (*_, has_ttl), item in zip(real, modelled[0], strict=True)
        )
