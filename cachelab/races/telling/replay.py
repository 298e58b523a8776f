"""A schedule on a real server: the same clients, the same order, and every answer held against the model's.

The cache is real, with a connection for each client; the database and the order of the steps remain the
explorer's. Only keys that the clients use are touched. This is the one module of the races that needs an
engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from cachelab.races.calls import describe
from cachelab.races.effects import effect, without
from cachelab.races.invariants import PROBE
from cachelab.races.models import database
from cachelab.races.models.real import RealMemcached, RealValkey
from cachelab.races.state import Move, State, as_value
from cachelab.races.telling.narrator import Narrator
from cachelab.races.telling.step import Step
from cachelab.races.telling.words import cut, memcached_reply, plain, show
from cachelab.races.world import World

_ROUNDS = 5  # of a client that polls in vain, so many rounds are replayed


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

    def start(self, *runs) -> Difference | None:
        """An empty cache, or as clients left it that ran alone (each an Alone); the first difference met."""
        self.server.reset()
        for node, answer in (call for run in runs if run for call in run.calls):
            if node.call.kind not in ("db", "outlast"):
                real = self._perform(-2, node.call, answer)
                if not self.server.same_answer(node.call, real, answer):
                    return Difference("the answer", describe(node.call), real, answer)
        return None

    def step(self, who: int, move: Move, state: State, raw: State) -> tuple[object, Difference | None]:
        """One move on both sides: `(the server's answer, the first difference or None)`."""
        world, server = self.world, self.server
        answer = None
        match move.action:
            case "call" | "lost" | "unanswered":
                place = world.place(state, move.client)
                node = place.node
                call = node.call
                if call.kind in ("db", "outlast"):
                    waited = call.kind == "outlast"
                    child = node.after(None) if waited else effect(world, node, state, place).child
                    server.forget(who, child.released)
                    return None, None
                does = effect(world, node, state, place)
                expected, child = does.answer, does.child
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
                place = world.place(state, move.client)
                for call, expected in place.node.loop.body * min(place.node.loop.rounds - 1, _ROUNDS):
                    if call.kind not in ("db", "outlast"):
                        answer = self._perform(who, call, expected)
                        if not server.same_answer(call, answer, expected):
                            return answer, Difference("the answer", describe(call), answer, expected)
            case "crash":
                server.disconnect(who)
            case "evict" | "expire":
                server.vanish(move.key, expire=move.action == "expire" and self.real_expiry)
            case "failover":
                server.fail_over(world.keyspaces[move.to])
            case "elapse":
                for key in world.model.expiring(world.keyspaces[state.keyspace]):
                    server.vanish(key, expire=self.real_expiry)
        contents, modelled = server.contents(), world.keyspaces[raw.keyspace]
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
    reader: str  # what a new reader got from the real cache in the end; "": none was asked
    latest: str  # what the database has
    end: str = ""  # what had to pass before the reader looked

    @property
    def agrees(self) -> bool:
        """Whether the real server answered every step as the explorer said."""
        return self.difference is None

    @property
    def closing(self) -> str:
        """What came of it in the end, in a sentence."""
        if not self.reader:
            return f"The database has {self.latest}."
        return (
            f"{self.end}A new reader gets {self.reader} from the real cache; the database has {self.latest}."
        )

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
            lines.append(self.closing)
        return "\n".join(lines)


def replay(report, kind: str | None, engine=None) -> Replay:
    """Run the violating schedule of `kind` on `engine`, or on a server of this kernel's own.

    Raises ValueError if there is nothing to replay, EngineError if no real server can be had.
    """
    if kind is None:
        raise ValueError("there is no violating schedule to replay: the report found none")
    search = report._search
    world = search.world
    start, moves = report.way(search.found[kind])
    if not world.memcached and any(map(world.model.timed, world.keyspaces)):
        raise ValueError("a cache that is asked for the TIME cannot be replayed: the real one has another")
    if any(b"XADD" in script.upper() for script in _scripts(world)):
        raise ValueError(
            "a script that adds to a stream cannot be replayed: the real server's ids are of another time. "
            "With XADD outside the script it can"
        )
    engine = engine or _engine(world.memcached)
    if not engine.is_real:
        raise ValueError(f"a replay needs a real server, and here there is none ({engine.badge})")
    side = RealMemcached if world.memcached else RealValkey
    server = side(engine.host, engine.port, keys_of(world))
    try:
        lockstep = Lockstep(world, server)
        warm = start == search.starts.get("warm") and start != next(iter(search.starts.values()))
        difference = lockstep.start(search.filling, search.study.warming if warm else None)
        answers = []
        last = start
        for who, move, state, raw in Narrator(world).walk(start, moves):
            if difference is not None:
                break
            answer, difference = lockstep.step(who, move, state, raw)
            answers.append(_shown(world, move, state, answer))
            last = raw
        end, keyspace = "", last.keyspace
        if kind in ("X", "K") and (expiring := world.model.expiring(world.keyspaces[last.keyspace])):
            for key in expiring:
                server.vanish(key, expire=True)
                keyspace = without(world, keyspace, key)
            end = "The TTLs run out. "
        reader = _read(search, server, last, keyspace) if search.judge else ""
    finally:
        server.close()
    latest = world.logs[last.log][-1]
    return Replay(engine.badge, report.violations[kind], answers, difference, reader, latest, end)


def keys_of(world: World) -> list[bytes]:
    """Every key that is ever in the cache."""
    return sorted({key for keyspace in world.keyspaces for key in world.model.keys(keyspace)})


def _scripts(world: World) -> set[bytes]:
    """The scripts that clients were found to run."""
    calls = {node.call for node, *_ in world.effects}
    commands = [call.payload for call in calls if call.kind == "valkey"]
    commands += [command for call in calls if call.kind == "exec" for command in call.payload]
    return {words[1] for words in commands if words[0] == b"EVAL"}


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
        place = world.place(state, move.client)
        if place.node.call.kind in ("db", "outlast"):
            return "(the database is the explorer's)" if place.node.call.kind == "db" else ""
    if isinstance(answer, bytes) and world.memcached:
        answer = memcached_reply(answer)
    return show(cut(plain(answer)))


def _read(search, server, state, keyspace) -> str:
    """Run a new reader on the real cache; what it returns, in words. `keyspace`: what the model has there."""
    world = search.world
    node = world.program(search.study.probe, "the new reader", PROBE).root
    log = world.logs[state.log]
    # memcached's CAS tokens are numbered as in the model
    expected = dict(search.judge.read(keyspace, state.log).calls) if world.memcached else {}
    seen = set()
    for _ in range(1000):
        if (loop := node.loop) is not None and loop.folds and loop.exit is not None and node in seen:
            node = loop.exit  # it polls, and nobody is about who could change anything
        seen.add(node)
        if node.done:
            break
        call = node.call
        if call.kind == "db":
            answer = database.answer(log, len(log) - 1, call, {})
        elif call.kind == "outlast":
            answer = None
        else:
            answer = server.perform(-3, call, *([expected[node]] if node in expected else []))
        node = node.after(answer)
        server.forget(-3, node.released)
    else:
        return "no answer: it waits for ever"
    if node.failure is not None:
        return f"an exception, {node.failure}"
    value = as_value(node.result)
    return value if value is not None else repr(node.result)
