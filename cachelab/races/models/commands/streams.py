"""Streams and their consumer groups: https://valkey.io/commands/#stream. Nobody waits (BLOCK) in the model.

No clock runs, so an id that the server makes (`*`) is that of a server on which everything happens within one
millisecond: the one from which TIME counts, and the next number within it. And nothing has ever been idle:
who takes over (XAUTOCLAIM, XCLAIM) asks for an idle time of 0, and so the take-over may come at any moment of
a schedule, as it does where a worker is slower than any time one could ask for.
"""

from __future__ import annotations

from typing import NamedTuple

from cachelab.learner.clock import EPOCH
from cachelab.races.models.commands.table import (
    OK,
    SYNTAX,
    Fail,
    Group,
    Stream,
    command,
    integer,
    refuse,
)

MOMENT = EPOCH * 1000  # of all ids that the server makes
_PART = 2**64  # of the two parts of an id each is less
LARGEST = _PART**2 - 1
_NODE = 100  # a server keeps so many entries, or 4,096 bytes of them, together: ~ trims only all of those
_BYTES = 2_000

MEANINGLESS = (
    "ERR The {0} ID is meaningless in the context of XREADGROUP: you want to read the history of this "
    "consumer by specifying a proper ID, or use the > ID to get new messages. The {0} ID would just return "
    "an empty result set."
)
NOT_AN_ID = "ERR Invalid stream ID specified as stream command argument"


def _of(data, key) -> Stream | None:
    return data.typed(key, Stream)


# --- ids ---


def id_of(word: bytes, rest: int = 0) -> int:
    """An id such as 5-1; where only its first part is given, `rest` is the second."""
    parts = word.split(b"-", 1)
    if not all(part.isdigit() and int(part) < _PART for part in parts):
        raise Fail(NOT_AN_ID)
    first, second = (*map(int, parts), rest)[:2]
    return first * _PART + second


def written(number: int) -> bytes:
    """An id as the server tells it."""
    return b"%d-%d" % divmod(number, _PART)


def _bound(word: bytes, *, end: bool = False) -> int:
    """Where a range starts or ends, itself included: an id, - or +, or what comes after or before (an id."""
    if word in (b"-", b"+"):
        return 0 if word == b"-" else LARGEST
    number = id_of(word[word.startswith(b"(") :], _PART - 1 if end else 0)
    if word.startswith(b"("):
        number += -1 if end else 1
    if not 0 <= number <= LARGEST:
        raise Fail(f"ERR invalid {'end' if end else 'start'} ID for the interval")
    return number


# --- to add, and to take away ---


class _Trim(NamedTuple):
    """How a stream is kept short."""

    by: bytes  # MAXLEN or MINID
    bound: int
    roughly: bool
    limit: int | None

    def left_of(self, stream: Stream) -> tuple:
        """The entries that are left."""
        entries = stream.entries
        by_id = self.by == b"MINID"
        over = sum(number < self.bound for number, _ in entries) if by_id else len(entries) - self.bound
        if not self.roughly or not entries or over <= 0:
            return entries[max(over, 0) :]
        if len(entries) > _NODE or sum(len(word) for _, words in entries for word in words) > _BYTES:
            raise refuse(f"{self.by.decode()} ~ on a stream this long: how its nodes are cut would decide")
        all_old = stream.last < self.bound if by_id else self.bound == 0
        return entries if not all_old or 0 < (self.limit or 0) < len(entries) else ()


def _options(words, *, adding: bool):
    """(how to trim, whether to make a stream, what is left): of XADD or XTRIM."""
    by = bound = limit = None
    roughly, create, rest = False, True, list(words)
    while rest:
        option = rest[0].upper()
        if option in (b"MAXLEN", b"MINID") and len(rest) > 1:
            if by is not None:
                raise Fail("ERR syntax error, MAXLEN and MINID options at the same time are not compatible")
            by = rest.pop(0).upper()
            roughly = len(rest) > 1 and rest[0] == b"~"
            if len(rest) > 1 and rest[0] in (b"~", b"="):
                rest.pop(0)
            bound = integer(rest.pop(0)) if by == b"MAXLEN" else _bound(rest.pop(0))
            if bound < 0:
                raise Fail("ERR The MAXLEN argument must be >= 0.")
        elif option == b"LIMIT" and len(rest) > 1:
            limit = integer(rest[1])
            if limit < 0:
                raise Fail("ERR The LIMIT argument must be >= 0.")
            del rest[:2]
        elif adding and option == b"NOMKSTREAM":
            create = False
            del rest[0]
        elif adding:
            break
        else:
            raise Fail(SYNTAX)
    if adding and rest and not rest[0].endswith(b"*"):
        id_of(rest[0])  # refused before what is wrong with the rest
    if limit and by is None:
        raise Fail("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy")
    if not adding and by is None:
        raise Fail("ERR syntax error, XTRIM must be called with a trimming strategy")
    if limit is not None and not roughly:
        raise Fail("ERR syntax error, LIMIT cannot be used without the special ~ option")
    return _Trim(by, bound, roughly, limit) if by else None, create, rest


def _new_id(word: bytes, last: int) -> int:
    """The id of a new entry: as given, or the next one of its millisecond (5-*), or of the server's (*)."""
    if word == b"*":
        return max(MOMENT * _PART, last + 1)
    if not word.endswith(b"-*"):
        return id_of(word)
    first = id_of(word[:-2])
    return first if first > last else min(last + 1, first + _PART - 1)


@command("XADD", 4, None)
def _xadd(data, key, *words):
    trim, create, rest = _options(words, adding=True)
    word, fields = (rest[0], tuple(rest[1:])) if rest else (b"", ())
    if not fields or len(fields) % 2:
        raise Fail("ERR wrong number of arguments for 'xadd' command")
    if not word.endswith(b"*") and id_of(word) == 0:
        raise Fail("ERR The ID specified in XADD must be greater than 0-0")
    stream = _of(data, key)
    if stream is None and not create:
        return None
    stream = stream or Stream()
    if stream.last == LARGEST:
        raise Fail("ERR The stream has exhausted the last possible ID, unable to add more items")
    number = _new_id(word, stream.last)
    if number <= stream.last:
        raise Fail("ERR The ID specified in XADD is equal or smaller than the target stream top item")
    stream = stream._replace(entries=(*stream.entries, (number, fields)), last=number)
    if trim:
        stream = stream._replace(entries=trim.left_of(stream))
    data.store(key, stream, data.ttl(key))
    return written(number)


def _cut(data, key, stream: Stream, entries: tuple) -> int:
    """Keep only these entries; how many are gone. A stream without any is still there."""
    gone = len(stream.entries) - len(entries)
    if gone:
        data.store(key, stream._replace(entries=entries), data.ttl(key))
    return gone


@command("XTRIM", 3, None)
def _xtrim(data, key, *words):
    trim, _, _ = _options(words, adding=False)
    stream = _of(data, key)
    return _cut(data, key, stream, trim.left_of(stream)) if stream else 0


@command("XDEL", 2, None)
def _xdel(data, key, *ids):
    stream = _of(data, key)
    if stream is None:
        return 0
    gone = set(map(id_of, ids))
    return _cut(data, key, stream, tuple(entry for entry in stream.entries if entry[0] not in gone))


# --- to look up ---


@command("XLEN", 1)
def _xlen(data, key):
    stream = _of(data, key)
    return len(stream.entries) if stream else 0


def _told(entry) -> list:
    number, fields = entry
    return [written(number), list(fields)]


def _range(data, key, first, last, options, *, reverse: bool):
    first, last, count, rest = _bound(first), _bound(last, end=True), None, list(options)
    while rest:
        if rest.pop(0).upper() != b"COUNT" or not rest:
            raise Fail(SYNTAX)
        count = max(integer(rest.pop(0)), 0)
    stream = _of(data, key)
    if stream is None:
        return []
    if count == 0:
        return None
    found = [entry for entry in stream.entries if first <= entry[0] <= last]
    return list(map(_told, (found[::-1] if reverse else found)[:count]))


@command("XRANGE", 3, None)
def _xrange(data, key, first, last, *options):
    return _range(data, key, first, last, options, reverse=False)


@command("XREVRANGE", 3, None)
def _xrevrange(data, key, last, first, *options):
    return _range(data, key, first, last, options, reverse=True)


class _Reading(NamedTuple):
    """What XREAD or XREADGROUP is asked for."""

    streams: list  # of (key, the word for an id)
    count: int | None = None
    group: bytes | None = None
    consumer: bytes | None = None
    pending: bool = True  # whether what is handed out is to be acknowledged


def _reading(words, name: str) -> _Reading:
    asked, rest = _Reading([]), list(words)
    in_group = name == "XREADGROUP"
    while rest and not asked.streams:
        option = rest.pop(0).upper()
        if option == b"COUNT" and rest:
            asked = asked._replace(count=max(integer(rest.pop(0)), 0) or None)
        elif option == b"BLOCK" and rest:
            raise refuse(f"{name} … BLOCK: nobody waits here; ask without it, and come again")
        elif option == b"GROUP" and len(rest) > 1 and in_group:
            asked = asked._replace(group=rest.pop(0), consumer=rest.pop(0))
        elif option == b"NOACK" and in_group:
            asked = asked._replace(pending=False)
        elif option in (b"GROUP", b"NOACK") and not in_group:
            raise Fail(
                f"ERR The {option.decode()} option is only supported by XREADGROUP. You called XREAD instead."
            )
        elif option == b"STREAMS" and rest:
            half = len(rest) // 2
            if len(rest) % 2:
                raise Fail(
                    f"ERR Unbalanced '{name.lower()}' list of streams: for each stream key an ID or "
                    f"'{'>' if in_group else '$'}' must be specified."
                )
            asked = asked._replace(streams=list(zip(rest[:half], rest[half:], strict=True)))
        else:
            raise Fail(SYNTAX)
    if not asked.streams:
        raise Fail(SYNTAX)
    if in_group and asked.group is None:
        raise Fail("ERR Missing GROUP option for XREADGROUP")
    return asked


@command("XREAD", 3, None)
def _xread(data, *words):
    asked, starts = _reading(words, "XREAD"), []
    for key, word in asked.streams:
        stream = _of(data, key) or Stream()
        if word == b">":
            raise Fail(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
                "<consumer> option."
            )
        if word == b"+":  # the last entry, or none if that has been deleted: the server goes by the last id
            starts.append(stream.last - 1)
        else:
            starts.append(stream.last if word == b"$" else id_of(word))
    found = []
    for (key, _), start in zip(asked.streams, starts, strict=True):
        new = [entry for entry in (_of(data, key) or Stream()).entries if entry[0] > start]
        if new:
            found.append([key, list(map(_told, new[: asked.count]))])
    return found or None


# --- consumer groups ---


def _group(data, key, name, missing: str = "") -> tuple[Stream, Group]:
    """A stream and a group of it. Raises Fail if there is no such group."""
    stream = _of(data, key)
    group = dict(stream.groups).get(name) if stream else None
    if group is None:
        shown = [word.decode(errors="backslashreplace") for word in (key, name)]
        raise Fail("NOGROUP " + (missing or "No such key '{}' or consumer group '{}'").format(*shown))
    return stream, group


def _put(data, key, stream: Stream, name, group: Group | None) -> None:
    """Keep a group as it has become; None: without it."""
    groups = dict(stream.groups) | {name: group}
    data.change(key, stream._replace(groups=tuple(sorted(one for one in groups.items() if one[1]))))


def _with(group: Group, consumer: bytes, pending: dict) -> Group:
    """The group with this consumer, and with these (consumer, how often) by id pending."""
    return group._replace(
        consumers=tuple(sorted({*group.consumers, consumer})),
        pending=tuple((number, *pending[number]) for number in sorted(pending)),
    )


def _pending(group: Group) -> dict:
    return {number: (consumer, times) for number, consumer, times in group.pending}


def _existing(data, key) -> Stream:
    stream = _of(data, key)
    if stream is None:
        raise Fail(
            "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use "
            "the MKSTREAM option to create an empty stream automatically."
        )
    return stream


def _group_of(data, key, name) -> tuple[Stream, Group]:
    _existing(data, key)
    return _group(data, key, name, "No such consumer group '{1}' for key name '{0}'")


def _options_of(name: str, options, known=()) -> None:
    for option in options:
        if option.upper() == b"ENTRIESREAD":
            raise refuse(f"XGROUP {name} … ENTRIESREAD: nothing here tells how far a group lags behind")
        if option.upper() not in known:
            raise Fail(f"ERR unknown subcommand or wrong number of arguments for '{name}'. Try XGROUP HELP.")


@command("XGROUP CREATE", 3, None)
def _xgroup_create(data, key, name, word, *options):
    _options_of("CREATE", options, (b"MKSTREAM",))
    stream = (_of(data, key) or Stream()) if options else _existing(data, key)
    last = stream.last if word == b"$" else id_of(word)
    if data.value(key) is None:
        data.store(key, stream)
    if name in dict(stream.groups):
        raise Fail("BUSYGROUP Consumer Group name already exists")
    _put(data, key, stream, name, Group(last))
    return OK


@command("XGROUP SETID", 3, None)
def _xgroup_setid(data, key, name, word, *options):
    _options_of("SETID", options)
    stream, group = _group_of(data, key, name)
    _put(data, key, stream, name, group._replace(last=stream.last if word == b"$" else _bound(word)))
    return OK


@command("XGROUP DESTROY", 2)
def _xgroup_destroy(data, key, name):
    stream = _existing(data, key)
    _put(data, key, stream, name, None)
    return int(name in dict(stream.groups))


@command("XGROUP CREATECONSUMER", 3)
def _xgroup_createconsumer(data, key, name, consumer):
    stream, group = _group_of(data, key, name)
    _put(data, key, stream, name, _with(group, consumer, _pending(group)))
    return int(consumer not in group.consumers)


@command("XGROUP DELCONSUMER", 3)
def _xgroup_delconsumer(data, key, name, consumer):
    stream, group = _group_of(data, key, name)
    left = tuple(one for one in group.pending if one[1] != consumer)
    consumers = tuple(one for one in group.consumers if one != consumer)
    _put(data, key, stream, name, group._replace(pending=left, consumers=consumers))
    return len(group.pending) - len(left)


@command("XREADGROUP", 6, None)
def _xreadgroup(data, *words):
    asked = _reading(words, "XREADGROUP")
    missing = "No such key '{}' or consumer group '{}' in XREADGROUP with GROUP option"
    for key, word in asked.streams:
        _group(data, key, asked.group, missing)
        if word in (b"$", b"+"):
            raise Fail(MEANINGLESS.format(word.decode()))
        if word != b">":
            id_of(word)
    found = []
    for key, word in asked.streams:
        stream, group = _group(data, key, asked.group)
        if word == b">":
            told, group = _hand_out(stream, group, asked)
        else:
            told, group = _again(stream, group, asked, id_of(word))
        if told or word != b">":
            found.append([key, told])
        _put(data, key, stream, asked.group, group)
    return found or None


def _hand_out(stream: Stream, group: Group, asked: _Reading) -> tuple[list, Group]:
    """The next entries that nobody in the group was given."""
    new = [entry for entry in stream.entries if entry[0] > group.last][: asked.count]
    pending = _pending(group)
    if asked.pending:
        pending |= {number: (asked.consumer, 1) for number, _ in new}
    last = new[-1][0] if new else group.last
    return list(map(_told, new)), _with(group._replace(last=last), asked.consumer, pending)


def _again(stream: Stream, group: Group, asked: _Reading, start: int) -> tuple[list, Group]:
    """What this consumer was given and has not acknowledged; None for fields that are gone."""
    entries, pending, told = dict(stream.entries), _pending(group), []
    mine = [number for number, (who, _) in pending.items() if who == asked.consumer and number > start]
    for number in mine[: asked.count]:
        if number in entries:
            pending[number] = (asked.consumer, pending[number][1] + 1)
        told.append(_told((number, entries[number])) if number in entries else [written(number), None])
    return told, _with(group, asked.consumer, pending)


@command("XACK", 3, None)
def _xack(data, key, name, *ids):
    stream = _of(data, key)
    if stream is None or name not in dict(stream.groups):
        return 0
    done, group = set(map(id_of, ids)), dict(stream.groups)[name]
    left = tuple(one for one in group.pending if one[0] not in done)
    _put(data, key, stream, name, group._replace(pending=left))
    return len(group.pending) - len(left)


@command("XPENDING", 2, 8)
def _xpending(data, key, name, *options):
    if not options:
        _, group = _group(data, key, name)
        if not group.pending:
            return [0, None, None, None]
        held = [who for _, who, _ in group.pending]
        ends = [written(group.pending[0][0]), written(group.pending[-1][0])]
        return [len(held), *ends, [[who, b"%d" % held.count(who)] for who in sorted(set(held))]]
    idle = 0
    if options[0].upper() == b"IDLE" and len(options) > 3:
        idle = integer(options[1])
        if len(options) < 5:
            raise Fail(SYNTAX)
        options = options[2:]
    if not 3 <= len(options) <= 4:
        raise Fail(SYNTAX)
    count = max(integer(options[2]), 0)
    first, last = _bound(options[0]), _bound(options[1], end=True)
    _, group = _group(data, key, name)
    _not_idle(idle, "XPENDING … IDLE")
    found = [one for one in group.pending if first <= one[0] <= last and options[3:4] in ((), (one[1],))]
    return [[written(number), who, 0, times] for number, who, times in found[:count]]


def _not_idle(milliseconds: int, what: str) -> None:
    if milliseconds > 0:
        raise refuse(
            f"{what} {milliseconds}: no clock runs here, so nothing has ever been idle. Ask with 0: then the "
            "take-over may come at any moment, also while a slow worker is still at it"
        )


def _claimed(stream: Stream, pending: dict, number: int, consumer, times: int, *, just_id: bool):
    """Let a pending entry be this consumer's; what it is told."""
    pending[number] = (consumer, times)
    return written(number) if just_id else _told((number, dict(stream.entries)[number]))


@command("XCLAIM", 5, None)
def _xclaim(data, key, name, consumer, idle, *words):
    stream, group = _group(data, key, name)
    idle, ids, rest = integer(idle, "ERR Invalid min-idle-time argument for XCLAIM"), [], list(words)
    while rest:
        try:
            ids.append(id_of(rest[0]))
        except Fail:
            break
        del rest[0]
    flags, times = set(), None
    while rest:
        option = rest.pop(0).upper()
        if option in (b"FORCE", b"JUSTID"):
            flags.add(option)
        elif option == b"RETRYCOUNT" and rest:
            times = integer(rest.pop(0), "ERR Invalid RETRYCOUNT option argument for XCLAIM")
        elif option in (b"IDLE", b"TIME", b"LASTID") and rest:
            raise refuse(f"XCLAIM … {option.decode()}")
        else:
            raise Fail(f"ERR Unrecognized XCLAIM option '{option.decode(errors='replace')}'")
    _not_idle(idle, "XCLAIM with a min-idle-time of")
    entries, pending, told = dict(stream.entries), _pending(group), []
    for number in ids:
        if number not in entries:
            pending.pop(number, None)
        elif number in pending or b"FORCE" in flags:
            before = pending.get(number, (None, 1))[1]
            after = times if times is not None and times >= 0 else before + (b"JUSTID" not in flags)
            told.append(_claimed(stream, pending, number, consumer, after, just_id=b"JUSTID" in flags))
    _put(data, key, stream, name, _with(group, consumer, pending))
    return told


@command("XAUTOCLAIM", 5, None)
def _xautoclaim(data, key, name, consumer, idle, start, *options):
    idle = integer(idle, "ERR Invalid min-idle-time argument for XAUTOCLAIM")
    first, count, just_id, rest = _bound(start), 100, False, list(options)
    while rest:
        option = rest.pop(0).upper()
        if option == b"COUNT" and rest:
            count = integer(rest.pop(0), "ERR COUNT must be > 0")
            if count < 1:
                raise Fail("ERR COUNT must be > 0")
        elif option == b"JUSTID":
            just_id = True
        else:
            raise Fail(SYNTAX)
    stream, group = _group(data, key, name)
    _not_idle(idle, "XAUTOCLAIM with a min-idle-time of")
    entries, pending, told, gone = dict(stream.entries), _pending(group), [], []
    looked_at = [number for number in pending if number >= first]
    for number in looked_at[:count]:
        if number in entries:
            times = pending[number][1] + (not just_id)
            told.append(_claimed(stream, pending, number, consumer, times, just_id=just_id))
        else:
            del pending[number]
            gone.append(written(number))
    _put(data, key, stream, name, _with(group, consumer, pending))
    return [written(looked_at[count]) if len(looked_at) > count else b"0-0", told, gone]
