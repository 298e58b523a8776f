"""A node whose slow log, counters and clients are told, so that a stall looks the same on every machine.

A client of redis-py talks to it as to any server. It answers what somebody on call asks: SLOWLOG, COMMANDLOG,
INFO, CLIENT LIST, LATENCY LATEST; the shape of its answers is held against a real server by a test.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import redis

from cachelab.checks.rig.lab import Log

ON_CALL, OWN_ADDRESS = "on-call", "10.0.9.9:40112"
OWN_LOOK = 10_800  # µs: on a busy node, a look at everything is slow as well
SLOW = 10_000  # µs, slowlog-log-slower-than
KEPT = 128  # entries, slowlog-max-len
NOON = 1_795_780_800  # seconds since the epoch
HARMFUL = {
    "SLOWLOG RESET": "it throws away what your colleagues will look for",
    "COMMANDLOG RESET": "it throws away what your colleagues will look for",
    "CONFIG RESETSTAT": "it throws away what your colleagues will look for",
    "LATENCY RESET": "it throws away what your colleagues will look for",
    "CLIENT KILL": "nobody asked you to cut anybody off yet",
    "MONITOR": "it sends you every command, and slows a node that is slow already",
}


@dataclass(frozen=True)
class Ran:
    """One command that a client ran."""

    who: str  # the client's name; "" if it has none
    address: str
    command: tuple[str, ...]
    usec: int

    @property
    def name(self) -> str:
        return self.command[0].upper()


@dataclass
class Node:
    """`before`: what ran earlier, `then`: what runs in the minute that `minute()` lets pass; both oldest
    first. `calls`: commands that were never slow, with their calls and µs in that minute."""

    log: Log
    before: tuple[Ran, ...]
    then: tuple[Ran, ...]
    calls: dict[str, tuple[int, int]]
    now: int = NOON
    minutes: int = 0
    harm: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._slow: list[tuple[int, int, Ran]] = []  # id, when, what
        self._stats = {name: (calls * 900, usec * 900) for name, (calls, usec) in self.calls.items()}
        for number, ran in enumerate(self.before):
            self._run(ran, self.now - 7200 + 60 * number)

    def minute(self) -> None:
        """Let a minute pass."""
        if self.minutes == 0:
            for name, (calls, usec) in self.calls.items():
                self._count(name, calls, usec)
            for number, ran in enumerate(self.then):
                self._run(ran, self.now + 1 + 58 * number // max(1, len(self.then)))
        self.minutes += 1
        self.now += 60

    def client(self) -> redis.Redis:
        """A redis-py client of it, called on-call."""
        node = self

        class Connection(redis.Connection):
            def _connect(self):
                near, self._far = socket.socketpair()
                self._far.setblocking(False)
                return near

            def send_packed_command(self, command, check_health=True):
                super().send_packed_command(command, check_health=check_health)
                self._far.sendall(b"".join(map(node.reply, _commands(self._far))))

        pool = redis.ConnectionPool(connection_class=Connection, protocol=2, client_name=ON_CALL)
        return redis.Redis(connection_pool=pool)

    # --- what it answers ---

    def reply(self, words: list[str]) -> bytes:
        first, second = words[0].upper(), (words[1].upper() if len(words) > 1 else "")
        if first == "CLIENT" and second in ("SETNAME", "SETINFO"):
            return _resp("OK")  # redis-py's own, when it connects
        with self.log.trip([words]) as step:
            answer = self._answer(first, second, words)
            step.reply = answer if not isinstance(answer, Exception) else None
            step.error = str(answer) if isinstance(answer, Exception) else ""
        return _resp(answer)

    def _answer(self, first: str, second: str, words: list[str]):
        both = f"{first} {second}".strip()
        for harmful, why in HARMFUL.items():
            if both.startswith(harmful):
                self.harm.append(f"`{harmful}`: {why}")
                return "OK"
        if both in ("SLOWLOG GET", "COMMANDLOG GET"):
            return self._slow_log(words)
        if both in ("SLOWLOG LEN", "COMMANDLOG LEN"):
            return len(self._slow) if both.startswith("SLOW") or words[-1].lower() == "slow" else 0
        if first == "INFO":
            return self._own(words, lambda: self._info([word.lower() for word in words[1:]]))
        if both == "CLIENT LIST":
            return self._own(words, self._clients)
        if both == "LATENCY LATEST":
            longest = max((ran.usec for _, _, ran in self._slow), default=0) // 1000
            last = self._slow[-1] if self._slow else (0, 0, Ran("", "", ("",), 0))
            return [[b"command", last[1], last[2].usec // 1000, longest]]
        plain = {"PING": "PONG", "CLIENT GETNAME": ON_CALL.encode(), "CLIENT ID": 77}
        if first == "TIME":
            return [str(self.now).encode(), b"0"]
        if both == "CLIENT INFO":
            return self._client(77, OWN_ADDRESS, ON_CALL, "client|info").encode()
        if both in plain or first in plain:
            return plain.get(both, plain.get(first))
        return redis.ResponseError(
            f"ERR {both} is not answered here: ask SLOWLOG, COMMANDLOG, INFO, CLIENT LIST, LATENCY LATEST"
        )

    def _own(self, words: list[str], make: Callable[[], str]) -> bytes:
        answer = make()
        self._run(Ran(ON_CALL, OWN_ADDRESS, tuple(words), OWN_LOOK), self.now)
        return answer.encode()

    def _slow_log(self, words: list[str]) -> list | Exception:
        options = [word for word in words[2:] if word.lower() not in ("slow", "large-request", "large-reply")]
        if any(word.lower().startswith("large-") for word in words):
            return []
        try:
            most = int(options[0]) if options else 10
        except ValueError:
            return redis.ResponseError("ERR value is not an integer or out of range")
        if most < -1:
            return redis.ResponseError("ERR count should be greater than or equal to -1")
        newest = self._slow[::-1][: None if most == -1 else most]
        answer = [
            [id, at, ran.usec, [w.encode() for w in ran.command], ran.address.encode(), ran.who.encode()]
            for id, at, ran in newest
        ]
        self._run(Ran(ON_CALL, OWN_ADDRESS, tuple(words), OWN_LOOK), self.now)
        return answer

    def _info(self, sections: list[str]) -> str:
        calls = sum(calls for calls, _ in self._stats.values())
        known = {
            "server": ["server_name:valkey", "redis_version:7.2.4"],
            "clients": ["connected_clients:31"],
            "stats": [f"total_commands_processed:{calls}"],
            "commandstats": [
                f"cmdstat_{name.lower()}:calls={calls},usec={usec},usec_per_call={usec / max(1, calls):.2f},"
                "rejected_calls=0,failed_calls=0"
                for name, (calls, usec) in self._stats.items()
            ],
        }
        if not sections or "default" in sections:
            sections = [*sections, *list(known)[:-1]]
        if {"all", "everything"} & set(sections):
            sections = list(known)
        blocks = [[f"# {name.capitalize()}", *rows] for name, rows in known.items() if name in sections]
        return "\r\n\r\n".join("\r\n".join(block) for block in blocks) + "\r\n"

    def _clients(self) -> str:
        last: dict[str, Ran] = {ran.address: ran for _, _, ran in self._slow if ran.address != OWN_ADDRESS}
        rows = [
            self._client(100 + number, ran.address, ran.who, ran.name.lower())
            for number, ran in enumerate(last.values())
        ]
        return "".join([*rows, self._client(77, OWN_ADDRESS, ON_CALL, "client|list")])

    def _client(self, id: int, address: str, name: str, command: str) -> str:
        return (
            f"id={id} addr={address} laddr=10.0.1.5:6379 fd=9 name={name} age=86000 idle=0 flags=N db=0 "
            "sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 obl=0 oll=0 "
            f"omem=0 tot-mem=22000 events=r cmd={command} user=default redir=-1 resp=2 lib-name=redis-py "
            "lib-ver=8.1.0\n"
        )

    def _run(self, ran: Ran, at: int) -> None:
        self._count(ran.name, 1, ran.usec)
        if ran.usec >= SLOW:
            id = self._slow[-1][0] + 1 if self._slow else 812
            self._slow = [*self._slow, (id, at, ran)][-KEPT:]

    def _count(self, name: str, calls: int, usec: int) -> None:
        name = name.partition(" ")[0]
        before = self._stats.get(name, (0, 0))
        self._stats[name] = before[0] + calls, before[1] + usec


# --- the protocol ---


def _commands(far: socket.socket) -> list[list[str]]:
    """What has arrived: arrays of bulk strings, all of them whole."""
    data, found = b"", []
    with suppress(BlockingIOError):
        while part := far.recv(1 << 16):
            data += part
    while data:
        count, data = _line(data)
        words = []
        for _ in range(count):
            length, data = _line(data)
            words.append(data[:length].decode(errors="replace"))
            data = data[length + 2 :]
        found.append(words)
    return found


def _line(data: bytes) -> tuple[int, bytes]:
    head, _, rest = data.partition(b"\r\n")
    return int(head[1:]), rest


def _resp(value) -> bytes:
    match value:
        case Exception():
            return f"-{value}\r\n".encode()
        case str():
            return f"+{value}\r\n".encode()
        case int():
            return b":%d\r\n" % value
        case bytes():
            return b"$%d\r\n%s\r\n" % (len(value), value)
        case list():
            return b"*%d\r\n" % len(value) + b"".join(map(_resp, value))
    raise TypeError(value)
