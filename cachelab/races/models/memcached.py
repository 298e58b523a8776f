"""A memcached server small enough to explore: the classic text commands, and the meta commands a lease needs.

State is a value, an `Items` pair `(items, next_token)`: items are `Item` tuples sorted by key. A request is
the bytes pymemcache would send for one command, the reply is the bytes it would read, so the same request can
be sent to a real server. Behaviour is that of memcached 1.6.18 (meta commands: `mg`, `ms`, `md`).

CAS tokens are numbered when they are first *seen*, not when an item is stored: clients can tell the numbers
apart, as on a real server, and histories that differ only in unseen numbers remain one state.

No clock runs: an item with a ttl keeps it in full until the explorer makes the item vanish.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cachelab.races.refusals import NotModelled

MONTH = 60 * 60 * 24 * 30  # seconds; memcached reads a larger expiry as a date
FIRST_TOKEN = 1001

COMMANDS = (
    "get",
    "gets",
    "set",
    "add",
    "replace",
    "append",
    "prepend",
    "cas",
    "delete",
    "incr",
    "decr",
    "touch",
)
META = {"mg": b"vcftksONRT", "ms": b"CcFkOTM", "md": b"CITkO", "mn": b""}
NUMERIC = b"CFNRT"  # the meta flags whose token is a number
STORES = (b"set", b"add", b"replace", b"append", b"prepend", b"cas", b"ms")


class Item(NamedTuple):
    key: bytes
    value: bytes
    flags: int
    ttl: int | None  # seconds; None: for ever
    token: int | None  # the CAS token, once somebody has seen it
    taken: bool  # the right to refill has been handed out (meta commands: the next reader gets Z, not W)
    stale: bool  # marked by `md … I`


Items = tuple  # (tuple of Item sorted by key, next token)
EMPTY: Items = ((), FIRST_TOKEN)


def keys(state: Items) -> list[bytes]:
    return [item.key for item in state[0]]


def expiring(state: Items) -> list[bytes]:
    """The keys that have a ttl."""
    return [item.key for item in state[0] if item.ttl is not None]


def without(state: Items, key: bytes) -> Items:
    """The state after `key` was evicted or expired."""
    return tuple(item for item in state[0] if item.key != key), state[1]


def contents(state: Items) -> dict[str, str]:
    """The items as a learner would print them."""
    return {
        item.key.decode(errors="backslashreplace"): item.value.decode(errors="backslashreplace")
        + (" (stale)" if item.stale else "")
        for item in state[0]
    }


def refuse(what: str) -> NotModelled:
    meta = ", ".join(
        f"{name} ({' '.join(map(chr, flags))})" if flags else name for name, flags in META.items()
    )
    return NotModelled(
        f"not modelled: {what}. These commands are: {', '.join(COMMANDS)}; "
        f"meta commands with their flags: {meta}."
    )


def split(requests: bytes) -> list[bytes]:
    """What a client sent, one command each; `get a b` is two, as memcached looks each key up by itself."""
    found = []
    while requests:
        line, newline, rest = requests.partition(b"\r\n")
        words = line.split()
        if not newline or not words:
            raise refuse(f"the request {requests[:40]!r}, which is not a whole line")
        name = words[0]
        if name in STORES:
            position = 2 if name == b"ms" else 4
            try:
                size = int(words[position])
            except (IndexError, ValueError):
                raise refuse(f"{line.decode(errors='replace')!r} without its data length") from None
            if rest[size : size + 2] != b"\r\n":
                raise refuse(f"{line.decode(errors='replace')!r} with data of another length")
            found.append(line + b"\r\n" + rest[: size + 2])
            requests = rest[size + 2 :]
        else:
            if name in (b"get", b"gets") and len(words) > 2:
                found += [name + b" " + key + b"\r\n" for key in words[1:]]
            else:
                found.append(line + b"\r\n")
            requests = rest
    return found


class _Server:
    """The items while one command changes them."""

    def __init__(self, state: Items):
        items, self.next_token = state
        self.items = {item.key: item for item in items}

    def freeze(self) -> Items:
        return tuple(sorted(self.items.values(), key=lambda item: item.key)), self.next_token

    def store(self, key, value, flags, ttl):
        """Store an item whose CAS token nobody has seen; a negative ttl means already expired."""
        self.items[key] = Item(key, value, flags, ttl, token=None, taken=False, stale=False)
        if ttl is not None and ttl < 0:
            del self.items[key]

    def see(self, key) -> int:
        """The item's CAS token, numbered now if it is seen for the first time."""
        item = self.items[key]
        if item.token is None:
            item = self.items[key] = item._replace(token=self.next_token)
            self.next_token += 1
        return item.token


def execute(state: Items, request: bytes) -> tuple[bytes, Items, frozenset[bytes]]:
    """Run one command: `(reply, state afterwards, keys modified)`."""
    line, _, data = request.partition(b"\r\n")
    name, *words = line.split()
    check(request)
    server = _Server(state)
    before = {key: item[:4] + item[5:] for key, item in server.items.items()}
    reply = _COMMANDS[name](server, *words, data[:-2]) if name in STORES else _COMMANDS[name](server, *words)
    after = {key: item[:4] + item[5:] for key, item in server.items.items()}
    modified = frozenset(key for key in before | after if before.get(key) != after.get(key))
    return reply, server.freeze(), modified


def _lifetime(text: bytes) -> int | None:
    seconds = int(text)
    if seconds > MONTH:
        raise NotModelled(
            f"not modelled: an expiry of {seconds} seconds. memcached reads more than 30 days ({MONTH}) "
            "as a date; no clock runs here. Use a shorter time."
        )
    return None if seconds == 0 else seconds


# --- classic commands ------------------------------------------------------------


def _get(server, key):
    if key not in server.items:
        return b"END\r\n"
    item = server.items[key]
    return b"VALUE %b %d %d\r\n%b\r\nEND\r\n" % (key, item.flags, len(item.value), item.value)


def _gets(server, key):
    if key not in server.items:
        return b"END\r\n"
    token, item = server.see(key), server.items[key]
    return b"VALUE %b %d %d %d\r\n%b\r\nEND\r\n" % (key, item.flags, len(item.value), token, item.value)


def _set(server, key, flags, ttl, _size, data):
    server.store(key, data, int(flags), _lifetime(ttl))
    return b"STORED\r\n"


def _add(server, key, flags, ttl, size, data):
    return b"NOT_STORED\r\n" if key in server.items else _set(server, key, flags, ttl, size, data)


def _replace(server, key, flags, ttl, size, data):
    return _set(server, key, flags, ttl, size, data) if key in server.items else b"NOT_STORED\r\n"


def _join(server, key, value):
    """Append and prepend make a new item that keeps the old one's flags and ttl."""
    item = server.items[key]
    server.store(key, value, item.flags, item.ttl)
    return b"STORED\r\n"


def _append(server, key, _flags, _ttl, _size, data):
    return _join(server, key, server.items[key].value + data) if key in server.items else b"NOT_STORED\r\n"


def _prepend(server, key, _flags, _ttl, _size, data):
    return _join(server, key, data + server.items[key].value) if key in server.items else b"NOT_STORED\r\n"


def _cas(server, key, flags, ttl, size, token, data):
    if key not in server.items:
        return b"NOT_FOUND\r\n"
    if server.items[key].token != int(token):
        return b"EXISTS\r\n"
    return _set(server, key, flags, ttl, size, data)


def _delete(server, key, *_zero):
    return b"DELETED\r\n" if server.items.pop(key, None) else b"NOT_FOUND\r\n"


def _count(server, key, amount: bytes, sign: int):
    if not amount.isdigit() or int(amount) >= 2**64:
        return b"CLIENT_ERROR invalid numeric delta argument\r\n"
    if key not in server.items:
        return b"NOT_FOUND\r\n"
    item = server.items[key]
    digits = re.match(rb"\d+(?=\s|$)", item.value)  # as strtoull reads it
    if not digits or len(item.value) > 20 or int(digits.group()) >= 2**64:
        return b"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    number = max(0, int(digits.group()) + sign * int(amount)) % 2**64
    text = b"%d" % number
    # a number that became shorter is padded in place, as the server does
    server.items[key] = item._replace(value=text.ljust(len(item.value)), token=None)
    if len(text) > len(item.value):
        server.store(key, text, item.flags, item.ttl)
    return text + b"\r\n"


def _incr(server, key, amount):
    return _count(server, key, amount, 1)


def _decr(server, key, amount):
    return _count(server, key, amount, -1)


def _touch(server, key, ttl):
    if key not in server.items:
        return b"NOT_FOUND\r\n"
    _set_ttl(server, key, ttl)
    return b"TOUCHED\r\n"


def _set_ttl(server, key, ttl):
    lifetime = _lifetime(ttl)
    if lifetime is not None and lifetime < 0:
        del server.items[key]
    else:
        server.items[key] = server.items[key]._replace(ttl=lifetime)


# --- meta commands ------------------------------------------------------------


def _flags(command: str, words) -> list[tuple[bytes, bytes]]:
    """`(flag, its token)` in order. Raises NotModelled for a flag or a token the model does not have."""
    flags = [(word[:1], word[1:]) for word in words]
    for flag, token in flags:
        if flag not in META[command]:
            raise refuse(f"the flag {flag.decode(errors='replace')} of {command}")
        if flag in NUMERIC:
            _numeric(command, flag + token, 1)
    return flags


def _numeric(command: str, word: bytes, start: int = 0) -> None:
    """Raises NotModelled unless the word, from `start` on, is a number."""
    if not re.fullmatch(rb"-?\d+", word[start:]):
        raise NotModelled(
            f"not modelled: {word.decode(errors='replace')} in {command}. Memcached answers CLIENT_ERROR, "
            f"because {word[start:].decode(errors='replace') or 'nothing'} is not a number."
        )


def _echo(flags, key) -> list[bytes]:
    """The parts of a reply that repeat the request: k and O."""
    return [b"k" + key if flag == b"k" else flag + token for flag, token in flags if flag in b"kO"]


def _line(code: bytes, parts) -> bytes:
    return b" ".join([code, *parts]) + b"\r\n"


def _mg(server, key, *words):
    flags = _flags("mg", words)
    given = dict(flags)
    won = created = False
    if key not in server.items:
        if b"N" not in given:
            return _line(b"EN", _echo(flags, key))
        server.store(key, b"", 0, None)
        won = created = True
    parts = []
    value = server.items[key].value
    for flag, token in flags:
        item = server.items.get(key)
        if item is None:
            raise refuse("a negative N or T in mg")
        match flag:
            case b"T":
                _set_ttl(server, key, token)
            case b"N" if created:
                _set_ttl(server, key, token)
            case b"R":
                if not item.taken and item.ttl is not None and item.ttl < int(token):
                    won = True
            case b"c":
                parts.append(b"c%d" % server.see(key))
            case b"t":
                parts.append(b"t%d" % (-1 if item.ttl is None else item.ttl))
            case b"f":
                parts.append(b"f%d" % item.flags)
            case b"s":
                parts.append(b"s%d" % len(value))
            case b"k" | b"O":
                parts += _echo([(flag, token)], key)
    item = server.items.get(key)
    if item is None:
        raise refuse("a negative T in mg")
    if item.taken:
        parts.append(b"Z")
    if item.stale:
        parts.append(b"X")
        won = won or not item.taken
    if won:
        parts.append(b"W")
        server.items[key] = item._replace(taken=True)
    if b"v" in given:
        return _line(b"VA %d" % len(value), parts) + value + b"\r\n"
    return _line(b"HD", parts)


def _ms(server, key, _size, *rest):
    *words, data = rest
    flags = _flags("ms", words)
    given = dict(flags)
    mode = given.get(b"M", b"S").upper()[:1]
    if mode not in b"SEAPR" or not mode:
        raise refuse(f"the mode {mode.decode(errors='replace')} of ms")
    old = server.items.get(key)
    ttl, number = _lifetime(given.get(b"T", b"0")), int(given.get(b"F", b"0"))

    def done(code):
        parts = []
        for flag, token in flags:
            if flag == b"c":
                parts.append(b"c%d" % (server.see(key) if code == b"HD" else 0))
            parts += _echo([(flag, token)], key)
        return _line(code, parts)

    if b"C" in given and mode == b"S":
        if old is None:
            return done(b"NF")
        if old.token != int(given[b"C"]):
            return done(b"EX")
    elif b"C" in given:
        raise refuse("ms with both C and M")
    if (mode == b"E" and old is not None) or (mode in b"APR" and old is None):
        return done(b"NS")
    if mode in b"AP":
        data = old.value + data if mode == b"A" else data + old.value
        ttl, number = old.ttl, old.flags
    server.store(key, data, number, ttl)
    if key not in server.items:
        raise refuse("a negative T in ms")
    return done(b"HD")


def _md(server, key, *words):
    flags = _flags("md", words)
    given = dict(flags)
    item = server.items.get(key)
    if item is None:
        return _line(b"NF", _echo(flags, key))
    if b"C" in given and item.token != int(given[b"C"]):
        return _line(b"EX", _echo(flags, key))
    if b"I" in given:
        server.items[key] = item._replace(token=None, taken=False, stale=True)
        if b"T" in given:
            _set_ttl(server, key, given[b"T"])
    else:
        del server.items[key]
    return _line(b"HD", _echo(flags, key))


def _mn(_server):
    return b"MN\r\n"


_COMMANDS = {
    b"get": _get,
    b"gets": _gets,
    b"set": _set,
    b"add": _add,
    b"replace": _replace,
    b"append": _append,
    b"prepend": _prepend,
    b"cas": _cas,
    b"delete": _delete,
    b"incr": _incr,
    b"decr": _decr,
    b"touch": _touch,
    b"mg": _mg,
    b"ms": _ms,
    b"md": _md,
    b"mn": _mn,
}


# how many words a request has, its name among them: at least, at most
_WORDS = {
    **dict.fromkeys(("get", "gets"), (2, 2)),
    "delete": (2, 3),  # an old client may say 0
    **dict.fromkeys(("incr", "decr", "touch"), (3, 3)),
    **dict.fromkeys(("set", "add", "replace", "append", "prepend"), (5, 5)),
    "cas": (6, 6),
    "mn": (1, 1),
    "ms": (3, None),
}


def check(request: bytes) -> None:
    """Raises NotModelled if the model does not have this command, so that the client's line can be named."""
    words = request.partition(b"\r\n")[0].split()
    name = words[0].decode(errors="replace")
    if words[0] not in _COMMANDS:
        raise refuse(name)
    if words[-1] == b"noreply" and len(words) > 2:
        raise NotModelled(
            "not modelled: noreply=True (the server answers nothing and may run the command later). "
            "Leave noreply out, or pass noreply=False."
        )
    least, most = _WORDS.get(name, (2, None))
    if len(words) < least or (most is not None and len(words) > most):
        line = b" ".join(words).decode(errors="replace")
        raise refuse(f"{line!r}, which has not as many words as {name} takes")
    if name in META:
        _flags(name, words[3:] if name == "ms" else words[2:])
    elif name not in ("get", "gets", "delete"):
        for word in words[2:]:  # flags, expiry, length, token, or an amount
            _numeric(name, word)
