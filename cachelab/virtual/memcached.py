"""A memcached in virtual time: its text protocol, as pymemcache speaks it, and the incidents of its life.

Protocol: memcached's doc/protocol.txt. Its clock ticks once a second, so a TTL of n seconds lasts n − 1 … n.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from random import Random

from pymemcache.client.base import Client

from .log import Log
from .scheduler import Scheduler
from .sockets import Connection, Dialogue, Duration, Server

MONTH = 60 * 60 * 24 * 30  # seconds; a longer TTL is a moment of Unix time
LONGEST_KEY, LARGEST = 250, 1024 * 1024  # bytes
_STORES = (b"set", b"add", b"replace", b"append", b"prepend", b"cas")


@dataclass
class Item:
    value: bytes
    flags: bytes
    cas: int
    ends: int | None  # the tick of the clock at which it is gone


class Memcached(Server):
    """A memcached at `host:port` of virtual time; connect to it with pymemcache as to any other.

    `latency` and `service` as for a Cache, and the same incidents: `slow stall freeze black_hole heal kill
    restart reset flush`.

    >>> from cachelab import virtual
    >>> with virtual.time() as clock:
    ...     client = clock.memcached().client()
    ...     client.add("lock:product:7", b"mine", expire=2, noreply=False)
    ...     client.add("lock:product:7", b"theirs", expire=2, noreply=False)
    ...     clock.sleep(2)
    ...     client.get("lock:product:7")
    True
    False
    """

    def __init__(
        self,
        scheduler: Scheduler,
        log: Log,
        host: str = "memcached",
        port: int = 11211,
        latency: Duration = 0.0005,
        service: float = 0.0,
        chance: Random | None = None,
    ):
        super().__init__(scheduler, host, port, latency, service, chance or Random(0))
        self._log = log
        self._cas = 0
        self.items: dict[bytes, Item] = {}

    def client(self, **settings) -> Client:
        """`pymemcache.Client((host, port), **settings)`: nothing but pymemcache's own defaults is set."""
        return Client((self.host, self.port), **settings)

    def flush(self) -> None:
        """flush_all, by somebody else, at once."""
        self.items.clear()

    forget = flush

    def talk(self, connection: Connection) -> Dialogue:
        return _Dialogue(self, connection)

    # what is in it

    def find(self, key: bytes) -> Item | None:
        item = self.items.get(key)
        if item is not None and item.ends is not None and item.ends <= math.floor(time.time()):
            del self.items[key]
            return None
        return item

    def store(self, how: bytes, key: bytes, flags: bytes, ttl: int, value: bytes, cas: int | None) -> bytes:
        old = self.find(key)
        if how == b"cas" and old is None:
            return b"NOT_FOUND"
        if how == b"cas" and old.cas != cas:
            return b"EXISTS"
        if (how == b"add") if old is not None else how in (b"replace", b"append", b"prepend"):
            return b"NOT_STORED"
        ends = self.ends(ttl)
        if how in (b"append", b"prepend"):
            value = old.value + value if how == b"append" else value + old.value
            flags, ends = old.flags, old.ends
        if len(value) > LARGEST - 64:  # an item's head takes room in its page too
            self.items.pop(key, None)
            return b"SERVER_ERROR object too large for cache"
        self._cas += 1
        self.items[key] = Item(value, flags, self._cas, ends)
        return b"STORED"

    def count(self, key: bytes, step: int) -> bytes:
        item = self.find(key)
        if item is None:
            return b"NOT_FOUND"
        if not item.value.strip().isdigit():
            return b"CLIENT_ERROR cannot increment or decrement non-numeric value"
        number = int(item.value) + step
        number = number % 2**64 if step >= 0 else max(0, number)
        digits = b"%d" % number
        item.value = digits.ljust(len(item.value)) if step < 0 else digits
        self._cas += 1
        item.cas = self._cas
        return digits

    def touch(self, key: bytes, ttl: int) -> bytes:
        item = self.find(key)
        if item is None:
            return b"NOT_FOUND"
        item.ends = self.ends(ttl)
        return b"TOUCHED"

    @staticmethod
    def ends(ttl: int) -> int | None:
        if ttl == 0:
            return None
        now = math.floor(time.time())
        return now if ttl < 0 else ttl if ttl > MONTH else now + ttl


class _Dialogue:
    def __init__(self, server: Memcached, connection: Connection):
        self._server, self._connection, self._buffer = server, connection, b""

    def over(self) -> None:
        pass

    def feed(self, data: bytes) -> int:
        self._buffer += data
        count = 0
        while (end := self._buffer.find(b"\r\n")) >= 0:
            words = self._buffer[:end].split()
            rest, block = self._buffer[end + 2 :], b""
            if words and words[0] in _STORES and len(words) >= 5 and words[4].isdigit():
                size = int(words[4])
                if len(rest) < size + 2:
                    break
                block, rest = rest[:size], rest[size + 2 :]
            self._buffer = rest
            count += 1
            answer = self._answer(words, block)
            if answer and words[-1] != b"noreply":
                self._connection.reply(answer)
        return count

    def _answer(self, words: list[bytes], block: bytes) -> bytes:
        if not words:
            return b"ERROR\r\n"
        name, server = words[0], self._server
        quiet = words[-1] == b"noreply"
        given = words[1:-1] if quiet else words[1:]
        server._log.add(
            self._connection.client,
            server.host,
            name.decode(errors="replace")[:20],
            given[0].decode(errors="replace")[:60] if given else "",
        )
        keys = given[1:] if name in (b"gat", b"gats") else given if name in (b"get", b"gets") else given[:1]
        if name not in (b"flush_all", b"version", b"stats", b"verbosity") and (
            not keys or any(len(key) > LONGEST_KEY for key in keys)
        ):
            return b"CLIENT_ERROR bad command line format\r\n" if keys else b"ERROR\r\n"
        try:
            return self._known(name, given, keys, block)
        except (ValueError, IndexError):
            return b"CLIENT_ERROR bad command line format\r\n"

    def _known(self, name: bytes, given: list[bytes], keys: list[bytes], block: bytes) -> bytes:
        server = self._server
        if name in (b"get", b"gets", b"gat", b"gats"):
            found = b""
            for key in keys:
                if name in (b"gat", b"gats"):
                    server.touch(key, int(given[0]))
                if (item := server.find(key)) is not None:
                    cas = b" %d" % item.cas if name in (b"gets", b"gats") else b""
                    head = b"VALUE %s %s %d%s\r\n" % (key, item.flags, len(item.value), cas)
                    found += head + item.value + b"\r\n"
            return found + b"END\r\n"
        if name in _STORES:
            cas = int(given[4]) if name == b"cas" else None
            return server.store(name, given[0], given[1], int(given[2]), block, cas) + b"\r\n"
        if name in (b"incr", b"decr"):
            step = int(given[1])
            return server.count(given[0], step if name == b"incr" else -step) + b"\r\n"
        if name == b"delete":
            gone = server.find(given[0]) is not None and server.items.pop(given[0])
            return b"DELETED\r\n" if gone else b"NOT_FOUND\r\n"
        if name == b"touch":
            return server.touch(given[0], int(given[1])) + b"\r\n"
        if name == b"flush_all":
            server.flush()
            return b"OK\r\n"
        if name == b"version":
            return b"VERSION 1.6.18\r\n"
        if name == b"stats" and not given:
            return b"STAT curr_items %d\r\nEND\r\n" % len(server.items)
        return b"ERROR\r\n"
