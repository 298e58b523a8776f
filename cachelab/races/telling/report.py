"""What an exploration found, for people and for widgets."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property

from cachelab.learner.words import counted
from cachelab.races.faults import BUDGETED
from cachelab.races.loads import most_loads
from cachelab.races.state import Move, State
from cachelab.races.telling import words
from cachelab.races.telling.game import Game
from cachelab.races.telling.narrator import Narrator
from cachelab.races.telling.notes import doubt, notes
from cachelab.races.telling.step import Step

#: kinds of violation, gravest first, and what each means
KINDS = {
    "X": "stale for good",
    "t": "stale until the TTL",
    "K": "stuck",
    "dirty": "dirty read",
    "fresh": "not linearizable",
    "broken": "an exception escapes",
}


@dataclass(frozen=True)
class Asked:
    """What came of one rule."""

    name: str
    counts: dict  # for each start: `.schedules`, and `.violating`, those that break the rule
    violation: list[Step] | None  # a shortest schedule that breaks it
    doubt: str | None = None  # why it cannot be told of these clients that it holds

    @property
    def holds(self) -> bool:
        """Whether no schedule within the bounds breaks it; none of those seen, if the search was stopped."""
        return self.violation is None and self.doubt is None

    @property
    def violating(self) -> int:
        """The number of complete schedules that break it, over all starts."""
        return sum(count.violating for count in self.counts.values())

    @property
    def schedules(self) -> int:
        """The number of complete schedules, over all starts."""
        return sum(count.schedules for count in self.counts.values())

    def __str__(self):
        if self.violation is None:
            return "holds" if self.holds else "unknown"
        return f"{self.violating:,} of {self.schedules:,}"


@dataclass(frozen=True)
class Bounds:
    """What was explored, and what was assumed: the small print of every verdict."""

    clients: tuple[str, ...]
    faults: tuple[str, ...]
    budget: int
    starts: tuple[str, ...]
    memcached: bool
    complete: bool
    rows: tuple[str, ...] = ()  # of the database, if they have names

    def __str__(self):
        budgeted = [name for name in self.faults if name in BUDGETED]
        setting = [name for name in self.faults if name not in BUDGETED]
        parts = [
            f"{counted(self.clients, 'client')}, each run once",
            f"database rows {' and '.join(self.rows)}" if self.rows else "one database row",
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
        """A letter: "." converges, "t" stale until the TTL, "X" stale for good; then K (stuck), d (dirty) and
        r (a rule is broken).

        "?" if it cannot be told: see `.doubt`.
        """
        found = self._search.found
        letter = "?" if self.doubt else "X" if "X" in found else "t" if "t" in found else "."
        rules = "r" if found.keys() & self._search.rules.keys() else ""
        return letter + ("K" if "K" in found else "") + ("d" if "dirty" in found else "") + rules

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
        """Whether every schedule within the bounds converges and keeps the rules, with nobody stuck, no dirty
        read, no exception.

        False, too, if not all of them were explored. Freshness is told apart, by `.fresh`: hardly any cache
        has it, and most readers can do without.
        """
        return self.complete and self.doubt is None and not self._search.found.keys() - {"fresh"}

    @cached_property
    def doubt(self) -> str | None:
        """Why these clients cannot be judged, in a sentence without its full stop; None if they can."""
        return doubt(self._search)

    @property
    def kind(self) -> str | None:
        """The gravest kind of violation found: the first rule that is broken, or a key of KINDS, or None."""
        return next((kind for kind in self._kinds if kind in self._search.found), None)

    @property
    def _kinds(self) -> dict[str, str]:
        """All that may be found, gravest first, and what each means."""
        return {name: f"“{name}” is broken" for name in self._search.rules} | KINDS

    @cached_property
    def rules(self) -> dict[str, Asked]:
        """What came of each rule, by its name."""
        return {
            name: Asked(name, counts, self.violations.get(name), self.doubt)
            for name, counts in self._search.broken.items()
        }

    @cached_property
    def violations(self) -> dict[str, list[Step]]:
        """For each kind of violation found, gravest first, a shortest schedule that shows it."""
        return {kind: self._steps(kind) for kind in self._kinds if kind in self._search.found}

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
        if kind in search.rules:
            return self._broken_rule(kind, final)
        if kind in ("X", "t") or (
            kind in ("K", "dirty") and found.move is None and search.world.finished(final)
        ):
            judgement = search.judge.judge(final)
            if kind == "K" and not judgement.seen:
                return "Even when all TTLs have run out, no reader can fill the cache again."
            return words.sentence(judgement.seen)
        if kind == "K":
            return "Somebody waits for ever: nothing that could still happen lets them go on."
        if kind == "broken":
            i, failure = search.world.failures[0]
            who = self.violations[kind][-1].client if self.violations[kind] else self.clients[i]
            return f"{who} raises {failure}."
        steps = self.violations[kind]
        dirty = kind == "dirty" or search.found.get("dirty") == found
        return words.wrong_read(steps[-1], dirty) + "." if steps else ""

    def _broken_rule(self, name: str, final: State) -> str:
        world = self._search.world
        held = world.model.contents(world.keyspaces[final.keyspace])
        cache = ", ".join(f"{key}={words.field(value)}" for key, value in words.cut(held).items())
        said = [
            f"{who}: {result!r}" for who, result in zip(world.names, world.results_in(final), strict=True)
        ]
        return words.cut(
            f"“{name}” does not hold: in the end the cache has {cache or 'nothing'}; the database has "
            f"{world.logs[final.log][-1]}; returned was {', '.join(said)}."
        )

    # --- the figures ---

    @property
    def counts(self) -> dict:
        """For each start, "cold" or "given", and "warm": `.schedules`, and `.violating`, those that end in a
        stale cache or break a rule."""
        return self._search.counts

    @property
    def schedules(self) -> int:
        """The number of complete schedules covered, over all starts."""
        return sum(count.schedules for count in self.counts.values())

    @property
    def violating(self) -> int:
        """The number of complete schedules that end in a stale cache or break a rule."""
        return sum(count.violating for count in self.counts.values())

    @property
    def states(self) -> int:
        return len(self._search.graph.states)

    @cached_property
    def most_loads(self) -> int | float:
        """The most database reads of any schedule: as many as readers without a lock, one with a working one.

        math.inf if a client polls the database; a lower bound if the search was stopped.
        """
        with self._search.watched():
            return most_loads(self._search.world, self._search.graph)

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
            tuple(name or "(without a name)" for name in sorted(search.rows)),
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
            for i, run in search.study.solo.items()
            if run.hung
        ]
        raised = [f"{names[i]} raises {failure}" for i, failure in search.world.failures]
        return [*endless, *raised, *filter(None, [self.doubt])]

    # --- what the learner should know about their code ---

    @cached_property
    def notes(self) -> list[str]:
        return notes(self._search)

    # --- the schedule ---

    def _steps(self, kind: str) -> list[Step]:
        search = self._search
        found = search.found[kind]
        return self._narrator.path(*self.way(found))

    def way(self, found) -> tuple[State, list[Move]]:
        """The way to what was found: the start, and the moves from there."""
        start, moves = self._search.graph.way(found.state)
        moves += found.beyond
        return start, [*moves, found.move] if found.move is not None else moves

    def _final(self, kind: str) -> State:
        """The state in which the schedule of a violation ends."""
        start, moves = self.way(self._search.found[kind])
        walked = self._narrator.walk(start, moves)
        return walked[-1][3] if walked else start

    def start_of(self, kind: str | None = None) -> str:
        """Which start the violation needs: "cold" (or "given") or "warm"."""
        state, _ = self.way(self._search.found[kind or self.kind])
        return next(name for name, start in self._search.starts.items() if start == state)

    def table(self, kind: str | None = None) -> str:
        """The violating schedule as text, one line a step."""
        kind = self.kind_or_error(kind)
        if kind is None and self.doubt:
            return f"{self.doubt}."
        if kind is None:
            return f"No violation within these bounds: {self.bounds}."
        steps = self.violations[kind]
        head = f"from a {self.start_of(kind)} cache:"
        return "\n".join([head, words.table(steps), self.explain(kind)])

    def replay(self, kind: str | None = None, engine=None):
        """The violating schedule on a real server, step by step; see replay.Replay."""
        from cachelab.races.telling.replay import replay

        return replay(self, self.kind_or_error(kind), engine)

    def kind_or_error(self, kind: str | None) -> str | None:
        """This kind of violation, the gravest if None. Raises ValueError for one that was not found."""
        if kind is not None and kind not in self.violations:
            found = ", ".join(self.violations) or "none"
            raise ValueError(f"no violation of kind {kind!r} was found; there are: {found}")
        return kind or self.kind

    def play(self, warm: bool | None = None):
        """The clients, to be scheduled by hand; see game.Game."""
        return Game(self, warm)

    def meaning(self, kind: str) -> str:
        """What a kind of violation means, in a few words."""
        return self._kinds[kind]

    @property
    def log_at_start(self) -> tuple[str, ...]:
        """The committed values before the first move, oldest first."""
        world = self._search.world
        return world.logs[world.log]

    def cache_at_start(self, kind: str) -> dict:
        """The cache's contents before the first move of the violation."""
        world = self._search.world
        return world.model.contents(world.keyspaces[self._search.starts[self.start_of(kind)].keyspace])

    # --- as text ---

    @property
    def headline(self) -> str:
        """The verdict in a line."""
        who = " ‖ ".join(self.clients)
        if self.kind is None and self.doubt:
            return f"{who}: no verdict"
        if self.kind is None:
            word = "no violation within these bounds" if self.complete else "no violation so far"
            return f"{who}: {word}"
        if self.kind == "fresh":
            return f"{who}: converges, but is not linearizable"
        warming = self._search.study.warming
        if warming is not None and warming.failure is not None:  # with nobody else about: no race to speak of
            return f"{who}: {KINDS['broken']}"
        words = [
            meaning
            for kind, meaning in self._kinds.items()
            if kind in self._search.found and not (kind == "t" and "X" in self._search.found)
        ]
        return f"{who}: {', '.join(words)}"

    def _counted(self) -> str:
        if self.doubt:
            return f"{self.states:,} states seen."
        if not self.complete:
            return f"{self.states:,} states seen; the number of orders is unknown."
        told = "; ".join(
            f"{name} cache: {count.violating:,} of {count.schedules:,} "
            + ("order " if count.schedules == 1 else "orders ")
            + ("goes wrong" if 1 in (count.violating, count.schedules) else "go wrong")
            for name, count in self.counts.items()
        )
        rules = "".join(f" {name}: {asked}." for name, asked in self.rules.items())
        return f"{told} ({self.states:,} states).{rules}"

    def _lines(self) -> list[str]:
        lines = [self._counted()]
        if not self.complete:
            lines.append(
                f"Stopped after {self._search.took:.1f} s of computing, with part of the schedules "
                "unexplored: what is missing here may still go wrong, and the schedule shown may not be the "
                "shortest. "
                "Fewer clients, fewer faults or a smaller budget make it complete; explore(…, seconds=60) "
                "gives it longer."
            )
        return [*lines, *(f"{trouble}." for trouble in self.broken), *self.notes]

    def __repr__(self):
        parts = [self.headline, *(f"  {line}" for line in self._lines())]
        if self.kind is not None:
            which = "Shortest" if self.complete else "One"
            parts.append(f"{which}, in {counted(self.violation, 'step')}, {self.table()}")
        parts.append(f"Bounds: {self.bounds}.")
        return "\n".join(parts)

    def _repr_html_(self):
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self._lines())
        shown = f"<pre>{html.escape(self.table())}</pre>" if self.kind is not None else ""
        return (
            f"<p><b>{html.escape(self.headline)}</b></p><ul>{lines}</ul>{shown}"
            f"<p><small>Bounds: {html.escape(str(self.bounds))}.</small></p>"
        )
