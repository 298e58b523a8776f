"""What an exploration found, for people and for widgets."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property

from .faults import BUDGETED, Cdc, name_of
from .schedule import Narrator, Step, table
from .world import Move

#: kinds of violation, gravest first, and what each means
KINDS = {
    "X": "stale for good",
    "t": "stale until the TTL",
    "K": "stuck",
    "dirty": "dirty read",
    "fresh": "not linearizable",
    "broken": "an exception escapes",
}
READS = ("read", "read_versioned")


@dataclass(frozen=True)
class Bounds:
    """What was explored, and what was assumed: the small print of every verdict."""

    clients: tuple[str, ...]
    faults: tuple[str, ...]
    budget: int
    starts: tuple[str, ...]
    memcached: bool
    complete: bool

    def __str__(self):
        budgeted = [name for name in self.faults if name in BUDGETED]
        setting = [name for name in self.faults if name not in BUDGETED]
        parts = [
            f"{len(self.clients)} client{'s' if len(self.clients) != 1 else ''}, each run once",
            "one database row",
            " and ".join(self.starts) + " cache" + ("s" if len(self.starts) > 1 else ""),
            "each call is one indivisible step",
        ]
        if budgeted:
            parts.append(
                f"at most {self.budget} fault{'s' if self.budget != 1 else ''} of: {', '.join(budgeted)}"
            )
        parts += setting
        if not self.faults:
            parts.append("no faults")
        return "; ".join(parts)


class Report:
    """The verdict on some clients. Print it, or ask for `.violation`, `.table()`, `.counts`, `.play()`."""

    def __init__(self, search):
        self._search = search
        self._narrator = Narrator(search.world)

    # --- the verdict ---

    @property
    def verdict(self) -> str:
        """A letter: "." converges, "t" stale until the TTL, "X" stale for good; then K (stuck), d (dirty)."""
        found = self._search.found
        letter = "X" if "X" in found else "t" if "t" in found else "."
        return letter + ("K" if "K" in found else "") + ("d" if "dirty" in found else "")

    @property
    def fresh(self) -> bool:
        """Whether every read is linearizable with the order of the commits."""
        return "fresh" not in self._search.found

    @property
    def complete(self) -> bool:
        """Whether everything within the bounds was explored; otherwise the search was stopped on the way."""
        return self._search.complete

    @property
    def ok(self) -> bool:
        """Whether every schedule within the bounds converges, nobody stuck, no dirty read, no exception.

        False, too, if not all of them were explored. Freshness is told apart, by `.fresh`: hardly any cache
        has it, and most readers can do without.
        """
        return self.complete and not self._search.found.keys() - {"fresh"}

    @property
    def kind(self) -> str | None:
        """The gravest kind of violation found, a key of KINDS, or None."""
        return next((kind for kind in KINDS if kind in self._search.found), None)

    @cached_property
    def violations(self) -> dict[str, list[Step]]:
        """For each kind of violation found, gravest first, a shortest schedule that shows it."""
        return {kind: self._steps(kind) for kind in KINDS if kind in self._search.found}

    @property
    def violation(self) -> list[Step] | None:
        """A shortest schedule that shows the gravest violation, or None."""
        return self.violations[self.kind] if self.kind else None

    def explain(self, kind: str | None = None) -> str:
        """What is wrong at the end of `violations[kind]`, in a sentence."""
        kind = kind or self.kind
        if kind is None:
            return ""
        search = self._search
        found = search.found[kind]
        final = self._final(kind)
        if kind in ("X", "t") or (
            kind in ("K", "dirty") and found.move is None and search.world.finished(final)
        ):
            judgement = search.judge.judge(final)
            if kind == "K" and not judgement.seen:
                return "Even when all TTLs have run out, no reader can fill the cache again."
            return _sentence(judgement.seen)
        if kind == "K":
            return "Somebody waits for ever: nothing that could still happen lets them go on."
        if kind == "broken":
            i, failure = search.world.failures[0]
            who = self.violations[kind][-1].client if self.violations[kind] else self.clients[i]
            return f"{who} raises {failure}."
        steps = self.violations[kind]
        read = steps[-1].note.rpartition("; ")[2] if steps else ""  # reader returns v0
        if kind == "dirty" or search.found.get("dirty") == found:
            return f"{read}, which the database does not hold at that moment."
        return f"{read}, though a newer value was already known when it began."

    # --- the figures ---

    @property
    def counts(self) -> dict:
        """For "cold" and "warm": `.schedules`, and `.violating`, those that end in a stale cache."""
        return self._search.counts

    @property
    def schedules(self) -> int:
        """The number of complete schedules covered, over both starts."""
        return sum(count.schedules for count in self.counts.values())

    @property
    def violating(self) -> int:
        """The number of complete schedules that end with a cache that does not converge."""
        return sum(count.violating for count in self.counts.values())

    @property
    def states(self) -> int:
        return len(self._search.states)

    @property
    def bounds(self) -> Bounds:
        search = self._search
        names = tuple(search.world.names)
        return Bounds(
            names,
            tuple(sorted(search.faults)),
            search.budget,
            tuple(search.starts),
            search.memcached,
            self.complete,
        )

    @property
    def clients(self) -> list[str]:
        """The clients' names, in the order given."""
        return list(self._search.world.names)

    @property
    def functions(self) -> list:
        """The clients themselves, in the order given."""
        return list(self._search.clients)

    @property
    def broken(self) -> list[str]:
        """What is wrong with a client by itself: an exception no fault excuses, a run that never ends."""
        search = self._search
        names = search.world.names
        endless = [
            f"{names[i]}, run alone with an empty cache, never ends: it keeps coming back to "
            f"{run.calls[-1][0].where}"
            for i, run in search.solo.items()
            if run.hung
        ]
        return endless + [f"{names[i]} raises {failure}" for i, failure in search.world.failures]

    # --- what the learner should know about their code ---

    @cached_property
    def notes(self) -> list[str]:
        return _notes(self._search)

    # --- the schedule ---

    def _steps(self, kind: str) -> list[Step]:
        search = self._search
        found = search.found[kind]
        return self._narrator.path(*self.way(found))

    def way(self, found) -> tuple[tuple, list[Move]]:
        """The way to what was found: the start, and the moves from there."""
        number, moves = found.state, []
        while (parent := self._search.parents[number]) is not None:
            number, move = parent
            moves.append(move)
        moves = [*moves[::-1], *found.beyond]
        return self._search.states[number], [*moves, found.move] if found.move is not None else moves

    def _final(self, kind: str) -> tuple:
        """The state in which the schedule of a violation ends."""
        start, moves = self.way(self._search.found[kind])
        walked = self._narrator.walk(start, moves)
        return walked[-1][3] if walked else start

    def start_of(self, kind: str | None = None) -> str:
        """Which start the violation needs: "cold" or "warm"."""
        state, _ = self.way(self._search.found[kind or self.kind])
        return next(name for name, start in self._search.starts.items() if start == state)

    def table(self, kind: str | None = None) -> str:
        """The violating schedule as text, one line a step."""
        kind = self.kind_or_error(kind)
        if kind is None:
            return f"No violation within these bounds: {self.bounds}."
        steps = self.violations[kind]
        head = f"from a {self.start_of(kind)} cache:"
        return "\n".join([head, table(steps), self.explain(kind)])

    def replay(self, kind: str | None = None, engine=None):
        """The violating schedule on a real server, step by step; see replay.Replay."""
        from .replay import replay

        return replay(self, self.kind_or_error(kind), engine)

    def kind_or_error(self, kind: str | None) -> str | None:
        """This kind of violation, the gravest if None. Raises ValueError for one that was not found."""
        if kind is not None and kind not in self.violations:
            found = ", ".join(self.violations) or "none"
            raise ValueError(f"no violation of kind {kind!r} was found; there are: {found}")
        return kind or self.kind

    def play(self, warm: bool | None = None):
        """The clients, to be scheduled by hand; see play.Game."""
        from .play import Game

        return Game(self, warm)

    def graph(self, limit: int = 500) -> dict | None:
        """For each start all that can happen, as JSON types (see play.Game); None beyond `limit` states."""
        graphs = {name: self.play(warm=name == "warm").graph(limit) for name in self._search.starts}
        return None if None in graphs.values() else graphs

    def data(self) -> dict:
        """The report as plain JSON types, for a widget."""
        return {
            "clients": self.clients,
            "verdict": self.verdict,
            "fresh": self.fresh,
            "ok": self.ok,
            "complete": self.complete,
            "headline": self.headline,
            "counts": {name: [count.schedules, count.violating] for name, count in self.counts.items()},
            "schedules": self.schedules,
            "states": self.states,
            "bounds": str(self.bounds),
            "notes": self.notes,
            "violations": [
                {
                    "kind": kind,
                    "meaning": KINDS[kind],
                    "start": self.start_of(kind),
                    "cache": self._initial_cache(kind),
                    "steps": [step.data() for step in steps],
                    "end": self.explain(kind),
                }
                for kind, steps in self.violations.items()
            ],
        }

    def _initial_cache(self, kind: str) -> dict:
        world = self._search.world
        return world.model.contents(world.keyspaces[self._search.starts[self.start_of(kind)][0]])

    # --- as text ---

    @property
    def headline(self) -> str:
        """The verdict in a line."""
        who = " ‖ ".join(self.clients)
        if self.kind is None:
            word = "no violation within these bounds" if self.complete else "no violation so far"
            return f"{who}: {word}"
        if self.kind == "fresh":
            return f"{who}: converges, but is not linearizable"
        if self._search.warming.failure is not None:  # with nobody else about: no race to speak of
            return f"{who}: {KINDS['broken']}"
        words = [
            KINDS[kind]
            for kind in KINDS
            if kind in self._search.found and not (kind == "t" and "X" in self._search.found)
        ]
        return f"{who}: {', '.join(words)}"

    def _counted(self) -> str:
        if not self.complete:
            return f"{self.states:,} states seen; the number of orders is unknown."
        counted = "; ".join(
            f"{name} cache: {count.violating:,} of {count.schedules:,} "
            + ("order " if count.schedules == 1 else "orders ")
            + ("goes wrong" if 1 in (count.violating, count.schedules) else "go wrong")
            for name, count in self.counts.items()
        )
        return f"{counted} ({self.states:,} states)."

    def _lines(self) -> list[str]:
        lines = [self._counted()]
        if not self.complete:
            lines.append(
                f"Stopped after {self._search.took:.1f} s with part of the schedules unexplored: what is "
                "missing here may still go wrong, and the schedule shown may not be the shortest. Fewer "
                "clients, fewer faults or a smaller budget make it complete; explore(…, seconds=60) gives it "
                "longer."
            )
        return [*lines, *(f"{trouble}." for trouble in self.broken), *self.notes]

    def __repr__(self):
        parts = [self.headline, *(f"  {line}" for line in self._lines())]
        if self.kind is not None:
            which = "Shortest" if self.complete else "One"
            parts.append(f"{which}, in {len(self.violation)} steps, {self.table()}")
        parts.append(f"Bounds: {self.bounds}.")
        return "\n".join(parts)

    def _repr_html_(self):
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self._lines())
        shown = f"<pre>{html.escape(self.table())}</pre>" if self.kind is not None else ""
        return (
            f"<p><b>{html.escape(self.headline)}</b></p><ul>{lines}</ul>{shown}"
            f"<p><small>Bounds: {html.escape(str(self.bounds))}.</small></p>"
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "." if text else ""


def _notes(search) -> list[str]:
    """What the learner should know about their code, beside the verdict."""
    world, session, notes = search.world, search.session, []
    for i, run in search.solo.items():
        name = world.names[i]
        if run.failure is not None:
            continue
        if not run.calls:
            notes.append(f"{name} touches neither the cache nor the database.")
        elif i in search.writers and not run.used("cache"):
            notes.append(f"{name} writes to the database and leaves the cache alone.")
        elif i not in search.writers and not run.used("db", *READS):
            notes.append(f"{name} never reads the database, not even from an empty cache.")
    readers = [i for i, run in search.solo.items() if i not in search.writers and run.used("db", *READS)]
    for i in readers:
        run = search.solo[i]
        if run.result is None and run.failure is None and not run.hung:
            notes.append(
                f"{world.names[i]} returns None, even from an empty cache; a read returns the value."
            )
    others = {name_of(search.clients[i]) for i in readers if search.clients[i] is not search.probe_used}
    for name in sorted(others) if search.probe is None else ():
        notes.append(
            f"In the end {name_of(search.probe_used)} is asked what the cache holds, and {name} is not: "
            f"explore(…, probe={name}) asks it."
        )
    if not search.writers:
        notes.append(
            "Nobody writes to the database, so nothing can become stale: does the writer call db.write()?"
        )
    for i, result in world.odd.items():
        notes.append(
            f"{world.names[i]} returned {result!r}, a {type(result).__name__}; "
            "a read returns the value itself, a str."
        )
    for name in () if world.looped else sorted(session.slept):
        notes.append(
            f"{name} sleeps. Time proves nothing here: another client may take longer still. "
            "races.outlast_readers() states the assumption that a wait outlasts every read."
        )
    for name in sorted(session.drew):
        notes.append(
            f"{name} draws random numbers. It draws the same ones in every schedule: what other draws would "
            "lead to is not explored."
        )
    for name in sorted(session.looked):
        notes.append(
            f"{name} looks at the clock. Each client has a clock of its own that starts at the same moment, "
            "so a time that one of them stores in the cache never passes for another."
        )
    for name in sorted(session.printed):
        notes.append(f"{name} prints. It is run {session.runs} times in all, so the output is dropped.")
    for name, where in session.swallowed.items():
        notes.append(
            f"{name} catches everything, even what is not an Exception (near {where}): "
            "it would swallow a KeyboardInterrupt, too. Catch redis.RedisError."
        )
    if world.looped:
        notes.append("A client polls. Rounds that bring nothing new are not counted as further schedules.")
    replica = any(isinstance(client, Cdc) and client.source == "replica" for client in search.clients)
    if "replica_lag" in search.faults and not session.replica and not replica:
        notes.append("replica_lag changes nothing: nobody reads db.replica.")
    if "expire" in search.faults and not any(world.model.expiring(keyspace) for keyspace in world.keyspaces):
        notes.append("expire changes nothing: no key ever has a TTL.")
    asked = [node.call for run in search.solo.values() for node, _ in run.calls]
    if any(call.kind == "memcached" and call.payload.startswith((b"add ", b"replace ")) for call in asked):
        notes.append(
            "add and replace are answered here: this client has default_noreply=False. pymemcache's own "
            "default is True, and then both say True whatever happened: pass noreply=False."
        )
    if session.ttl:
        notes.append("TTL answers the whole time to live that was set: no clock runs here.")
    return notes
