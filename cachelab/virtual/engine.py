"""The cache's commands: fakeredis' command engine, spoken to in RESP, with its clock in virtual time.

A real server's TTLs run on its own clock, which cannot be moved. fakeredis asks `time.time()` at each
command, so TTLs, `TIME` and whatever a script reads are virtual. tests/engines/test_virtual.py compares its
answers with a real Valkey's.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from fakeredis import FakeServer, FakeStrictRedis
from fakeredis._command_args_parsing import Int
from fakeredis._commands import Key, Signature
from fakeredis._core._database import Item
from fakeredis._helpers import NoResponse, SimpleError, SimpleString
from fakeredis._socket._fakesocket import FakeSocket

Content = dict[bytes, tuple[Any, float | None]]  # by key: its value, and when it expires
_PUSHED = frozenset(
    b"message pmessage smessage subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe".split()
)
# Commands with the flag DENYOOM in `COMMAND` of Valkey 9.1: what a server without memory refuses. (Valkey
# also refuses them inside a script; here a script is let through.)
_STORES = frozenset(
    b"append bitfield bitop blmove brpoplpush copy decr decrby geoadd georadius georadiusbymember "
    b"geosearchstore getset hincrby hincrbyfloat hmset hset hsetex hsetnx incr incrby incrbyfloat "
    b"linsert lmove lpush lpushx lset mset msetex msetnx pfadd pfmerge psetex restore rpoplpush rpush "
    b"rpushx sadd sdiffstore set setbit setex setnx setrange sinterstore sort sunionstore xadd zadd "
    b"zdiffstore zincrby zinterstore zrangestore zunionstore".split()
)


class Data(FakeServer):
    """All that one server holds. `after(seconds, action)` calls back in virtual time."""

    def __init__(self, after: Callable):
        super().__init__(version=(8, 0), server_type="redis")
        self.blocked: dict[Commands, Callable] = {}  # who waits in BLPOP and its like, the longest first
        self.full = False  # no memory left
        self.replication: Any = None  # replication.Replication, if it has replicas
        self._after = after

    def changed(self) -> None:
        """A key was written, within a command: whoever is blocked looks again once that is through."""
        for look in self.blocked.values():
            self._after(0.0, look)

    def content(self) -> Content:
        """A copy of database 0."""
        items = self.dbs[0]._dict.items()
        return {key: (copy.deepcopy(item.value), item.expireat) for key, item in items}

    def fill(self, content: Content) -> None:
        """Hold this from now on."""
        for key, (value, expires) in copy.deepcopy(content).items():
            item = Item(value)
            item.expireat = expires
            self.dbs[0][key] = item


class Commands(FakeSocket):
    """One client's connection: `feed()` takes RESP, `answer` is called with RESP; nothing ever blocks.

    `noted(fields)` is called for each command, `after(seconds, action)` is asked to call back in virtual
    time.
    """

    def __init__(self, server: Data, answer: Callable, noted: Callable, after: Callable):
        self._answer, self._noted, self._after = answer, noted, after
        self._offset = 0  # of this connection's last write, which WAIT asks the replicas for
        super().__init__(server, 0, client_class=FakeStrictRedis)

    def feed(self, data: bytes) -> None:
        try:
            self._parser.send(data)
        except SimpleError as error:  # no RESP at all
            self._answer(encode(error, 2))

    def over(self) -> None:
        if self._server is not None:
            server = self._server
            server.blocked.pop(self, None)
            self.close()
            self._cleanup(server)

    # what fakeredis' base calls

    def _process_command(self, fields: list[bytes]) -> None:
        if fields:
            self._noted(fields)
            if self._server.full and fields[0].lower() in _STORES and not self._in_transaction:
                self.put_response(SimpleError("OOM command not allowed when used memory > 'maxmemory'."))
                return
        super()._process_command(fields)
        replication = None if self._server is None else self._server.replication
        if replication is not None and replication.written():
            self._offset = replication.offset

    def _decode_result(self, result: Any) -> Any:
        return result  # errors and simple strings travel as they are

    def put_response(self, message: Any) -> None:
        if self._server is not None:
            self._answer(encode(message, self._client_info.protocol_version))

    def __hash__(self) -> int:
        return self._client_info["id"]  # sets of clients have the same order in every run

    def _blocking(self, timeout, func, shape=None):
        first = func(True)
        shaped = shape or (lambda value: value)
        if first is not None or self._in_transaction:
            return shaped(first)
        blocked = self._server.blocked
        self._blocked = True
        self.pause()

        def done(result) -> None:
            self._blocked, self._unblock_reason = False, None
            blocked.pop(self, None)
            self.put_response(result)
            self.resume()

        def look() -> None:
            if self._server is None or self not in blocked:
                return
            with self._server.lock:
                self._db.time = time.time()
                found = None if self._unblock_reason is not None else func(False)
            if found is not None or self._unblock_reason is not None:
                done(shaped(found))

        def late() -> None:
            if self._server is not None and blocked.get(self) is look:
                done(shaped(None))

        blocked[self] = look
        self._db.add_change_callback(self._server.changed)
        if timeout:
            self._after(timeout, late)
        return NoResponse()

    def _name_to_func(self, name: str):
        if name in _OWN:
            signature = _OWN[name]
            return getattr(self, signature.func_name), signature
        return super()._name_to_func(name)

    # commands that fakeredis lacks, or that it knows otherwise than Valkey 9

    def delifeq(self, key, value: bytes) -> int:
        """Valkey 9's DELIFEQ: delete if the value is this one."""
        if key.value is None:
            return 0
        _need_string(key)
        if key.value != value:
            return 0
        key.value = None
        return 1

    def set_with_ifeq(self, key, value: bytes, *options: bytes):
        """SET with Valkey's IFEQ (8.1); without it, fakeredis' SET."""
        names = [option.lower() for option in options]
        if b"ifeq" not in names:
            return self.set_(key, value, *options)
        at = names.index(b"ifeq")
        rest = options[:at] + options[at + 2 :]
        if at + 1 == len(options) or b"nx" in names or b"xx" in names:
            raise SimpleError("ERR syntax error")
        if key.value is not None:
            _need_string(key)
        if key.value != options[at + 1]:
            return key.value if b"get" in names else None
        return self.set_(key, value, *rest)

    def wait_for_replicas(self, replicas: int, milliseconds: int):
        """WAIT: how many replicas have what this connection wrote last. In a transaction it does not wait,
        and looks at what was written before; a connection that wrote nothing has nothing to wait for."""
        if replicas < 0 or milliseconds < 0:
            raise SimpleError("ERR timeout is negative" if milliseconds < 0 else "ERR value is out of range")
        replication, offset = self._server.replication, self._offset

        def have() -> int:
            return 0 if replication is None else replication.have(offset)

        def enough(first: bool):
            return have() if have() >= replicas else None

        return self._blocking(milliseconds / 1000, enough, lambda found: have())

    def psetex_exactly(self, key, milliseconds: int, value: bytes):
        return self.set_(key, value, b"px", b"%d" % milliseconds)

    def setex_exactly(self, key, seconds: int, value: bytes):
        return self.set_(key, value, b"ex", b"%d" % seconds)

    def getex_exactly(self, key, *options: bytes):
        if key.value is not None:
            _need_string(key)
        names = [option.lower() for option in options]
        now = self._db.time
        if names == [b"persist"]:
            at = None
        elif not names:
            at = key.expireat
        elif len(names) == 2 and names[0] in (b"ex", b"px", b"exat", b"pxat"):
            at = Int.decode(options[1])
            if at <= 0:
                raise SimpleError("ERR invalid expire time in 'getex' command")
            at = (now if names[0] in (b"ex", b"px") else 0) + at / (1000 if names[0][:1] == b"p" else 1)
        else:
            raise SimpleError("ERR syntax error")
        if key.value is not None and names:
            key.expireat = at
        return key.value


_OWN = {
    "delifeq": Signature("delifeq", "delifeq", (Key(), bytes)),
    "set": Signature("set", "set_with_ifeq", (Key(), bytes), (bytes,)),
    # fakeredis drops the fraction of a second in these
    "psetex": Signature("psetex", "psetex_exactly", (Key(), Int, bytes)),
    "setex": Signature("setex", "setex_exactly", (Key(), Int, bytes)),
    "wait": Signature("wait", "wait_for_replicas", (Int, Int)),
    "getex": Signature("getex", "getex_exactly", (Key(),), (bytes,)),
}


def _need_string(key) -> None:
    if not isinstance(key.value, bytes):
        raise SimpleError("WRONGTYPE Operation against a key holding the wrong kind of value")


def encode(value: Any, protocol: int) -> bytes:
    """A reply in RESP 2 or 3."""
    if value is None:
        return b"_\r\n" if protocol == 3 else b"$-1\r\n"
    if isinstance(value, SimpleString):
        return b"+%s\r\n" % value.value
    if isinstance(value, SimpleError):
        return b"-%s\r\n" % value.value.encode()
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"$%d\r\n%s\r\n" % (len(value), value)
    if isinstance(value, bool):
        return (b"#t\r\n" if value else b"#f\r\n") if protocol == 3 else b":%d\r\n" % value
    if isinstance(value, int):
        return b":%d\r\n" % value
    if isinstance(value, float):
        return b",%.17g\r\n" % value if protocol == 3 else encode(b"%.17g" % value, 2)
    if isinstance(value, dict):
        head = b"%%%d\r\n" % len(value) if protocol == 3 else b"*%d\r\n" % (2 * len(value))
        return head + b"".join(encode(item, protocol) for pair in value.items() for item in pair)
    if isinstance(value, set | frozenset):
        head = b"~%d\r\n" if protocol == 3 else b"*%d\r\n"
        return head % len(value) + b"".join(encode(item, protocol) for item in sorted(value))
    if isinstance(value, list | tuple):
        push = protocol == 3 and value and isinstance(value[0], bytes) and value[0] in _PUSHED
        head = b">%d\r\n" if push else b"*%d\r\n"
        return head % len(value) + b"".join(encode(item, protocol) for item in value)
    raise TypeError(f"no reply can hold a {type(value).__name__}")
