"""A path through the state graph, told step by step."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field

from . import model_valkey
from .calls import LOST, describe
from .world import CLIENTS, Feed, Move, World, as_value

CACHE, DATABASE = "cache", "database"  # who moves when no client does


@dataclass(frozen=True)
class Step:
    """One step of a schedule, and how things stand after it."""

    client: str  # who moves: a client's name, or "cache" or "database" for what happens to them
    call: str  # what it does: GET user:1, db.read(), crashes, evicts user:1
    result: object  # what the client is answered; None is a miss
    cache: dict  # the cache's contents after the step
    db: str  # the latest committed value after the step
    line: int | None = None  # in the client's source file
    source: str = ""  # the text of that line
    file: str = ""
    fault: str | None = None  # the fault that this step is, if it is one
    note: str = ""  # what it means: reader returns v0
    ends: bool = False  # the client is done after this step
    stale: tuple[str, ...] = ()  # keys that hold a value the database has since replaced
    expiring: tuple[str, ...] = ()  # keys with a TTL
    replica: str | None = None  # what a lagging replica has after the step
    index: int = field(default=-1, compare=False)  # of the client in the list given to explore(); -1: none

    def __iter__(self):
        """For `client, call, result, cache, db = step`."""
        return iter((self.client, self.call, self.result, self.cache, self.db))

    def shown(self) -> str:
        """The result as a table prints it."""
        return show(self.result) if self.index >= 0 and self.fault is None else show(self.result, "")

    def data(self) -> dict:
        """The step as plain JSON types."""
        plain = asdict(self)
        plain["result"] = self.shown()
        return plain


_TOKEN = re.compile(r"\b[0-9a-f]{8}(-?[0-9a-f]{4}){2,}[0-9a-f]*\b")

_WORD = re.compile(r"\w+")


def short(text: object) -> object:
    """Text with its random tokens cut to a few digits; other things as they are."""
    if isinstance(text, str):
        return _TOKEN.sub(lambda match: match.group()[:6] + "…", text)
    if isinstance(text, dict):
        return {key: short(value) for key, value in text.items()}
    if isinstance(text, list):
        return [short(item) for item in text]
    return text


def show(result: object, none: str = "nil") -> str:
    """An answer as a learner reads it."""
    if result is None:
        return none
    if isinstance(result, tuple):
        return f"{result[0]} (version {result[1]})"
    if isinstance(result, list):
        return "[" + ", ".join(map(show, result)) + "]"
    return str(result)


def plain(reply: object) -> object:
    """A raw reply in plain Python types."""
    if isinstance(reply, model_valkey.ServerError):
        return f"error: {reply.message}"
    if isinstance(reply, list):
        return [plain(item) for item in reply]
    if isinstance(reply, bytes):
        return reply.decode(errors="backslashreplace")
    return reply


def memcached_reply(reply: bytes) -> object:
    """The value in a reply to get or mg, None for a miss, else the reply's words."""
    lines = reply.decode(errors="backslashreplace").removesuffix("\r\n").split("\r\n")
    words = lines[0].split()
    if words[0] in ("END", "EN"):
        return None
    if words[0] == "VALUE":
        return lines[1] + (f" (cas {words[4]})" if len(words) > 4 else "")
    if words[0] == "VA":
        return " ".join([repr(lines[1]) if not lines[1] else lines[1], *words[2:]])
    return " ".join(lines)


class Narrator:
    """Tells moves as steps, following who is who among interchangeable clients."""

    def __init__(self, world: World):
        self.world = world

    def path(self, start: tuple, moves: list[Move]) -> list[Step]:
        """The steps of a path from a (tidy) start."""
        return [self.tell(state, move, raw, who) for who, move, state, raw in self.walk(start, moves)]

    def walk(self, start: tuple, moves: list[Move]) -> list[tuple[int, Move, tuple, tuple]]:
        """The path as `(who moves, move, state before, state after)`; `move.client` is a place in the state,
        `who` the index of the client that is at that place by then, or -1."""
        world = self.world
        state, who = start, list(range(len(start)))
        found = []
        for move in moves:
            raw = self.after(state, move)
            found.append((who[CLIENTS + move.client] - CLIENTS if move.client >= 0 else -1, move, state, raw))
            order = world.order(raw)
            state, who = world.tidy(raw), [who[origin] for origin in order]
        renamed = self._in_order_of_appearance([client for client, *_ in found])
        return [(renamed.get(client, client), *rest) for client, *rest in found]

    def _in_order_of_appearance(self, clients: list[int]) -> dict[int, int]:
        """Among interchangeable clients the first to move is number 1."""
        renamed = {}
        for group in self.world.groups:
            members = [index - CLIENTS for index in group]
            seen = [client for client in dict.fromkeys(clients) if client in members]
            rest = [client for client in members if client not in seen]
            renamed.update(zip(seen + rest, members, strict=True))
        return renamed

    def after(self, state: tuple, move: Move) -> tuple:
        """The (untidy) state after a move."""
        if move.action == "elapse":
            return self.world.elapse(state)
        return next(raw for option, raw, _, _ in self.world.moves(state) if option == move)

    def tell(self, state: tuple, move: Move, raw: tuple, who: int) -> Step:
        """One move as a step; `who` is the client's index in the list given to explore()."""
        world = self.world
        place = world.places[state[CLIENTS + move.client]] if move.client >= 0 else None
        name = world.names[who] if who >= 0 else CACHE
        call, result, note, fault, where, ends = "", None, "", None, None, False
        match move.action:
            case "call" | "lost" | "unanswered" | "poll on":
                node = place.node
                where, call = node.where, describe(node.call)
                if isinstance(place, Feed):
                    call = f"commit {place.position}: {call}"
                child = self._child(state, move, place)
                if move.action == "call":
                    result = self._result(state, place, node)
                    note = self._remark(node, result)
                elif move.action == "poll on":
                    note = f"asks {node.loop.rounds - 1} more times, in vain"
                else:
                    fault = "lost_call"
                    result = "connection lost"
                    did = "had done it" if move.action == "unanswered" else "never got it"
                    note = f"the cache {did}"
                if child.done and not isinstance(place, Feed):
                    ends = True
                    note = "; ".join(filter(None, [note, self._ending(name, child, move)]))
            case "begin":
                version = world.places[raw[CLIENTS + move.client]].snapshot[0]
                call, result = "opens its database snapshot", world.logs[state[1]][version]
            case "wait":
                call = "begins to wait for the running readers"
            case "crash":
                where, call, fault, ends = place.node.where, "crashes", "crash", not isinstance(place, Feed)
                doing = describe(place.node.call) if place.node.call else ""
                if isinstance(place, Feed):
                    note = "starts over with the same commit"
                elif doing:
                    note = f"before {doing}"
            case "evict" | "expire":
                key = move.key.decode(errors="backslashreplace")
                call = f"evicts {key}" if move.action == "evict" else f"lets {key} expire"
                fault = move.action
            case "elapse":
                call, note = "lets all TTLs run out", "everybody was waiting"
            case "replicate":
                name, call = DATABASE, "brings the replica one commit further"
                result = world.logs[raw[1]][raw[2]]
        log = world.logs[raw[1]]
        keyspace = world.keyspaces[raw[0]]
        contents = world.model.contents(keyspace)
        return Step(
            client=name,
            call=short(call),
            result=short(result),
            cache=short(contents),
            db=log[-1],
            line=where.line if where else None,
            source=where.text if where else "",
            file=where.file if where else "",
            fault=fault,
            note=short(note),
            ends=ends,
            stale=tuple(key for key, value in contents.items() if _old(value, log)),
            expiring=tuple(key.decode(errors="backslashreplace") for key in world.model.expiring(keyspace)),
            replica=log[raw[2]] if raw[2] >= 0 else None,
            index=who,
        )

    def _child(self, state, move, place):
        node = place.node
        if move.action == "poll on":
            return node.loop.exit
        if move.action != "call":
            return node.after(LOST)
        if node.call.kind == "outlast":
            return node.after(None)
        return self.world.effect(node, state, place)[1]

    def _result(self, state, place, node):
        kind = node.call.kind
        if kind == "outlast":
            return "nobody is still reading"
        answer = self.world.effect(node, state, place)[0]
        if kind == "memcached":
            return memcached_reply(answer)
        if kind == "exec" and answer is None:
            return "refused"
        return plain(answer)

    def _remark(self, node, result) -> str:
        kind, payload = node.call.kind, node.call.payload
        if kind == "exec" and result == "refused":
            return "a watched key was modified"
        if kind == "valkey" and payload[0] in (b"DEL", b"UNLINK") and result == 0:
            return "there is nothing to delete"
        if kind == "memcached" and result in ("NOT_FOUND", "NF") and payload.split()[0] in (b"delete", b"md"):
            return "there is nothing to delete"
        return ""

    def _ending(self, name, child, move) -> str:
        if child.failure is not None:
            return f"{name} raises {child.failure.error.__class__.__name__}"
        if child.wrote >= 0 or move.client not in self.world.readers:
            return f"{name} is done"
        value = as_value(child.result)
        return f"{name} returns {value if value is not None else repr(child.result)}"


def _old(value, log) -> bool:
    """Whether a cached value is one the database has since replaced, or holds one: in a field, in JSON."""
    if isinstance(value, dict):
        return any(_old(item, log) for item in value.values())
    words = {value, *_WORD.findall(value)}
    return log[-1] not in words and not words.isdisjoint(log[:-1])


def table(steps: list[Step]) -> str:
    """A schedule as text, one line a step."""
    rows = [("", "who", "call", "answer", "cache afterwards", "database", "")]
    for number, step in enumerate(steps, 1):
        cache = ", ".join(
            f"{key}={_field(value)}" + (" (stale)" if key in step.stale else "")
            for key, value in step.cache.items()
        )
        database = step.db if step.replica in (None, step.db) else f"{step.db} (replica {step.replica})"
        rows.append(
            (str(number), step.client, step.call, step.shown(), cache or "(empty)", database, step.note)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    lines = [
        "  ".join(
            cell.rjust(width) if i == 0 else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def _field(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    return value or "''"
