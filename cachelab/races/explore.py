"""Breadth-first search over every state the clients can bring about.

Breadth first, so the first violation met is a shortest one. Each state is visited once, however many
schedules lead to it; the number of schedules is then the number of paths through the graph, counted exactly.
"""

from __future__ import annotations

import random
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cachelab.learner.interrupt import Watchdog

from . import database, faults, session
from .client import Distinct
from .faults import Cdc
from .invariants import Alone, Judge, alone
from .session import Session
from .telling.game import Game
from .telling.report import Report
from .world import CLIENTS, Move, Reads, World

SECONDS = 5.0  # a search stops after so long, and says so
_LONGEST_WALK = 1_000
STATES = 400_000  # … or after so many states, to stay within some 500 MB


def explore(
    clients: Iterable[Callable | Cdc],
    fault: str | Iterable[str] | None = None,
    budget: int = 1,
    probe: Callable | None = None,
    memcached: bool = False,
    *,
    seconds: float | None = SECONDS,
) -> Report:
    """Run the client functions in every order, from a cold and from a warm cache, and report what goes wrong.

    clients: functions of `(cache, db)`; the same one may stand in the list more than once. Also cdc(…).
    fault: None, a name in faults.FAULTS, or a set of them; at most `budget` faults happen in one schedule.
    probe: the reader that is run alone at the end; by default the first client that, run alone, never writes.
    seconds: stop searching after so long (None: never); the report then says that it is not complete.

    Raises ValueError or TypeError for arguments that make no sense, and a Refusal (NotModelled,
    NotDeterministic, Endless) for a client that cannot be explored, naming the line.
    """
    if seconds is not None and not (isinstance(seconds, int | float) and seconds >= 0):
        raise ValueError(f"seconds={seconds!r}: give the seconds to search, from 0 up, or None for no limit")
    search = prepare(clients, fault, budget, probe, memcached)
    search.run(seconds)
    return Report(search)


def play(
    clients: Iterable[Callable | Cdc],
    fault: str | Iterable[str] | None = None,
    budget: int = 1,
    probe: Callable | None = None,
    memcached: bool = False,
    *,
    warm: bool = False,
    seconds: float | None = SECONDS,
) -> Game:
    """Explore the clients, as explore() does, and let the caller schedule them, from a cold or warm cache."""
    return Game(explore(clients, fault, budget, probe, memcached, seconds=seconds), warm)


def prepare(clients, fault=None, budget=1, probe=None, memcached=False) -> Search:
    """Check the arguments of explore() and set up the search without running it."""
    if session._under_way:
        raise RuntimeError("races.explore() cannot be called by a client function that it is running")
    clients = list(clients) if isinstance(clients, Iterable) else [clients]
    if not clients:
        raise ValueError("explore() needs at least one client: explore([reader, writer])")
    for client in clients:
        if not isinstance(client, Cdc):
            faults.check_signature(client, ("cache", "db"))
    if probe is not None:
        faults.check_signature(probe, ("cache", "db"))
    if isinstance(budget, bool) or not isinstance(budget, int) or budget < 0:
        raise ValueError(
            f"budget is the number of faults in one schedule, a whole number from 0 up, not {budget!r}"
        )
    return Search(clients, faults.parse(fault), budget, probe, memcached)


@dataclass
class Found:
    """The first, hence shortest, way to one kind of violation."""

    state: int  # the number of the state it ends in, or in which `move` is made
    move: Move | None = None  # the move that is itself the violation (a wrong read)
    beyond: tuple[Move, ...] = ()  # moves after `state`, in a search that was stopped there


@dataclass
class Count:
    """Complete schedules from one start."""

    schedules: int
    violating: int  # those that end with a cache that does not converge
    complete: bool = True  # or only those explored when the search was stopped

    def __str__(self):
        return f"{self.violating:,} of {self.schedules:,}" + ("" if self.complete else " explored")


@dataclass
class Search:
    """One exploration: its arguments, the graph it found, and what it learned about the clients."""

    clients: list
    faults: frozenset[str]
    budget: int
    probe: Callable | None
    memcached: bool
    complete: bool = True
    took: float = 0.0
    found: dict[str, Found] = field(default_factory=dict)  # by kind: X t K d fresh broken
    counts: dict[str, Count] = field(default_factory=dict)  # by start: cold, warm

    def __post_init__(self):
        functions = [client.handler if isinstance(client, Cdc) else client for client in self.clients]
        self.functions = functions + ([self.probe] if self.probe else [])
        self.personal: set = set()
        self.symmetric = True
        self.extra_snapshots: set[int] = set()

    def run(self, seconds: float | None) -> None:
        began = time.monotonic()
        deadline = None if seconds is None else began + seconds
        while True:
            self.session = Session(self.functions, self.memcached)
            try:
                with warnings.catch_warnings(), self.session, Watchdog(self.session):
                    warnings.simplefilter(
                        "ignore"
                    )  # a client runs dozens of times, and so would its warnings
                    self._study()
                    self._search(deadline)
                    self._count()
                break
            except Reads as reads:
                self.extra_snapshots.add(reads.client)
            except Distinct as same:
                if same.function is None:
                    self.symmetric = False
                else:
                    self.personal.add(same.function)
        self.took = time.monotonic() - began

    # --- what the clients are like ---

    def _study(self) -> None:
        """Run every client alone, to learn who reads and who writes, and warm the cache."""
        plain = [(i, client) for i, client in enumerate(self.clients) if not isinstance(client, Cdc)]
        self.world = world = World(
            self.session,
            self.clients,
            self.faults,
            self.budget,
            self.memcached,
            set(),
            set(),
            self.personal,
            self.symmetric,
        )
        log = world.log(database.INITIAL)
        solo: dict[int, Alone] = {}
        for i, client in plain:
            program = world.program(client, world.names[i], i + 1)
            solo[i] = alone(world, program.root, world.empty, log)
        self.solo = solo
        writes = {i for i, run in solo.items() if run.used("db", "write")}
        world.readers.update(i for i in solo if i not in writes)
        if self.probe is None:
            reader = next((i for i, _ in plain if i not in writes), None)
            if reader is None:
                raise ValueError(
                    "every client writes to the database, so there is no reader to ask what the cache "
                    "holds in the end: pass one, as in explore([writer, writer], probe=reader)"
                )
            self.probe_used = self.clients[reader]
        else:
            self.probe_used = self.probe
        self.judge = Judge(world, self.probe_used)
        warm = world.program(self.probe_used, "the reader that warms the cache", 800)
        self.warming = alone(world, warm.root, world.empty, log)
        if self.warming.used("db", "write"):
            raise ValueError("the probe must be a reader, but it writes to the database")
        for i, client in plain:  # seen from a warm cache, a client may read where it did not before
            program = world.program(client, world.names[i], i + 1)
            again = alone(world, program.root, self.warming.keyspace, log)
            if again.used("db", "write"):
                writes.add(i)
                world.readers.discard(i)
            if solo[i].used("db", "read", "read_versioned") or again.used("db", "read", "read_versioned"):
                self.extra_snapshots.add(i)
        if "old_snapshot" in self.faults:
            world.snapshots = self.extra_snapshots
        self.writers = writes

    # --- the search ---

    def _search(self, deadline: float | None) -> None:
        world = self.world
        self.starts = {"cold": world.tidy(world.start(world.empty))}
        if self.warming.keyspace != world.empty:
            self.starts["warm"] = world.tidy(world.start(self.warming.keyspace))
        self.states: list[tuple] = []
        self.numbers: dict[tuple, int] = {}
        self.parents: list[tuple[int, Move] | None] = []
        self.next: list[
            list[int]
        ] = []  # the states after each state, faults and folded moves left out of `plain`
        self.folded: list[tuple[int, int]] = []
        self.faulty: set[tuple[int, int]] = set()
        self.quiet: set[int] = set()
        self.found, self.complete = {}, True
        for start in self.starts.values():
            self._visit(start, None)
        for i, run in self.solo.items():
            if not run.calls and run.failure is not None:  # it failed before its first call
                self.world.failures.append((i, run.failure))
                self.found["broken"] = Found(0)
        done = 0
        now = time.monotonic()
        enough = None if deadline is None else now + 0.8 * (deadline - now)
        while True:
            done = self._expand(done, enough)
            if not self.complete or not self._wake():
                break
        if not self.complete:
            self._sample(done, deadline)

    def _sample(self, done: int, deadline: float | None) -> None:
        """The search was stopped: walk on at random from where it stands, for whatever else goes wrong."""
        world, draw = self.world, random.Random(0)
        while deadline is not None and time.monotonic() < deadline:
            first = draw.randrange(done, len(self.states))
            state, beyond = self.states[first], []
            while len(beyond) < _LONGEST_WALK and not world.finished(state):
                options = [option for option in world.moves(state) if not option[3]]
                if not options:
                    break
                move, raw, bad, _ = draw.choice(options)
                if bad is not None:
                    for kind in (bad, "fresh"):
                        self._found_beyond(kind, first, beyond, move)
                beyond.append(move)
                state = world.tidy(raw)
            else:
                judgement = self.judge.judge(state)
                if judgement.letter:
                    self._found_beyond(judgement.letter, first, beyond)
                if judgement.stuck:
                    self._found_beyond("K", first, beyond)

    def _found_beyond(self, kind: str, first: int, beyond: list[Move], move: Move | None = None) -> None:
        known = self.found.get(kind)
        if known is None or (known.beyond and len(known.beyond) > len(beyond)):
            self.found[kind] = Found(first, move, tuple(beyond))

    def _visit(self, state: tuple, parent) -> int:
        number = self.numbers.get(state)
        if number is None:
            number = self.numbers[state] = len(self.states)
            self.states.append(state)
            self.parents.append(parent)
            self.next.append([])
        return number

    def _expand(self, done: int, deadline: float | None) -> int:
        """Visit everything reachable; returns the number of states expanded so far."""
        world, states, numbers, found = self.world, self.states, self.numbers, self.found
        tidy, visit, moves = world.tidy, self._visit, world.moves
        failures = len(world.failures)
        while done < len(states):
            if (deadline is not None and time.monotonic() > deadline) or len(states) > STATES:
                self.complete = False
                return done
            state = states[done]
            if world.finished(state):
                self._judge(done, state)
            after = self.next[done]
            options = moves(state)
            for move, raw, bad, folded in options:
                target = tidy(raw)
                number = numbers.get(target)
                if number is None:
                    number = visit(target, (done, move))
                if folded:
                    self.folded.append((done, number))
                else:
                    after.append(number)
                if raw[3] != state[3]:
                    self.faulty.add((done, number))
                if bad is not None:
                    found.setdefault(bad, Found(done, move))
                    found.setdefault("fresh", Found(done, move))  # a dirty read is not linearizable either
            if len(world.failures) > failures:
                found.setdefault(
                    "broken", Found(done, self._failing(world.failures[failures][0], state, options))
                )
                failures = len(world.failures)
            done += 1
        return done

    def _failing(self, i: int, state: tuple, options: list) -> Move:
        """Of the moves from `state`, the one after which client i is gone, or (CDC) past its commit."""
        place = CLIENTS + i
        if isinstance(self.clients[i], Cdc):
            return next(
                move for move, raw, *_ in options if raw[place] != state[place] and move.action != "crash"
            )
        own = [(move, raw) for move, raw, *_ in options if move.client == i]
        return next(
            move for move, raw in own if raw[place] == self.world.gone and move.action in ("call", "poll on")
        )

    def _judge(self, number: int, state: tuple) -> None:
        self.quiet.add(number)
        judgement = self.judge.judge(state)
        if judgement.letter:
            self.found.setdefault(judgement.letter, Found(number))
        if judgement.stuck:
            self.found.setdefault("K", Found(number))
        if judgement.dirty and ("dirty" not in self.found or self._is_sooner(number, self.found["dirty"])):
            self.found["dirty"] = Found(number)

    def _is_sooner(self, number: int, found: Found) -> bool:
        """Whether a state is nearer than something found by a move out of a state just as far away."""
        return found.move is not None and self._depth(number) <= self._depth(found.state)

    def _depth(self, number: int) -> int:
        depth = 0
        while (parent := self.parents[number]) is not None:
            number, depth = parent[0], depth + 1
        return depth

    def _wake(self) -> bool:
        """Let TTLs run out where everybody waits; whether that led to a state not seen before."""
        world = self.world
        if not (world.looped or world.blocked):
            return False
        stuck = self._stuck()
        before = len(self.states)
        still = []
        for number in stuck:
            state = self.states[number]
            if not self._all_waiting(state):
                continue
            later = world.tidy(world.elapse(state))
            if later == state:
                still.append(number)
                continue
            known = len(self.states)
            target = self._visit(later, (number, Move("elapse")))
            if target not in self.next[number]:
                self.next[number].append(target)
            if target < known and target in stuck:
                still.append(number)
        if len(self.states) > before:
            return True
        if still:
            self.found.setdefault("K", Found(min(still)))
        return False

    def _stuck(self) -> list[int]:
        """The states from which, without another fault, no quiet state can be reached."""
        before: list[list[int]] = [[] for _ in self.states]
        for number, after in enumerate(self.next):
            for target in after:
                if (number, target) not in self.faulty:
                    before[target].append(number)
        for number, target in self.folded:
            if (number, target) not in self.faulty:
                before[target].append(number)
        fine = set(self.quiet)
        todo = list(fine)
        while todo:
            for number in before[todo.pop()]:
                if number not in fine:
                    fine.add(number)
                    todo.append(number)
        return [number for number in range(len(self.states)) if number not in fine]

    def _all_waiting(self, state: tuple) -> bool:
        """Whether every active client is at the start of a polling round, or waits for others."""
        world = self.world
        for i in world.active(state):
            place = world.places[state[len(state) - len(self.clients) + i]]
            if not hasattr(place, "outlasts"):
                continue  # CDC: it moves by itself
            if not (place.node.loop and place.node.loop.folds) and place.outlasts is None:
                return False
        return True

    # --- counting ---

    def _count(self) -> None:
        """Count the complete schedules, and those that end in a cache that does not converge."""
        order = self._leaves_first()
        schedules = [0] * len(self.states)
        violating = [0] * len(self.states)
        for number in order:
            total = bad = 0
            if number in self.quiet:
                total = 1
                bad = 1 if self.judge.judge(self.states[number]).letter else 0
            for target in self.next[number]:
                total += schedules[target]
                bad += violating[target]
            schedules[number], violating[number] = total, bad
        self.counts = {
            name: Count(schedules[self.numbers[start]], violating[self.numbers[start]], self.complete)
            for name, start in self.starts.items()
        }

    def _leaves_first(self) -> list[int]:
        """The states, each after all that follow it."""
        order: list[int] = []
        seen = bytearray(len(self.states))
        for root in range(len(self.states)):
            if seen[root]:
                continue
            seen[root] = 1
            path = [(root, iter(self.next[root]))]
            while path:
                number, rest = path[-1]
                for target in rest:
                    if not seen[target]:
                        seen[target] = 1
                        path.append((target, iter(self.next[target])))
                        break
                else:
                    order.append(number)
                    path.pop()
        return order


__all__ = ["Search", "explore", "play", "prepare"]
