"""Breadth-first search over every state the clients can bring about.

Breadth first, so the first violation met is a shortest one. Each state is visited once, however many
schedules lead to it; the number of schedules is then the number of paths through the graph, counted exactly.
"""

from __future__ import annotations

import random
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field

from cachelab.learner.interrupt import Watchdog, processor_clock
from cachelab.races import faults
from cachelab.races.alone import Alone, alone
from cachelab.races.clients import session
from cachelab.races.clients.session import Distinct, Session
from cachelab.races.effects import elapse
from cachelab.races.faults import Cdc
from cachelab.races.graph import Graph
from cachelab.races.invariants import Judge
from cachelab.races.moves import Reads, moves, start, waits_for_the_row
from cachelab.races.rules import Rules, parse
from cachelab.races.state import Feed, Move, Next, State
from cachelab.races.study import Study, study
from cachelab.races.telling.game import Game
from cachelab.races.telling.report import KINDS, Report
from cachelab.races.world import World

SECONDS = 5.0  # a search stops after so much computing, and says so
STATES = 400_000  # … or after so many states, to stay within some 500 MB
FILLING = 700  # the identity of `start`
_WALKS, _LONGEST_WALK = 200, 1_000  # so many at random, of so many steps, where no time is given


def explore(
    clients: Iterable[Callable | Cdc],
    fault: str | Iterable[str] | None = None,
    budget: int = 1,
    probe: Callable | None = None,
    memcached: bool = False,
    *,
    seconds: float | None = SECONDS,
    states: int = STATES,
    start: Callable | None = None,
    rules: dict[str, Callable] | None = None,
) -> Report:
    """Run the client functions in every order, from a cold and from a warm cache, and report what goes wrong.

    clients: functions of `(cache, db)`; the same one may stand in the list more than once. Also cdc(…).
    fault: None, a name in faults.FAULTS, or a set of them; at most `budget` faults happen in one schedule.
    probe: the reader that is run alone at the end; by default the first client that, run alone, never writes.
    seconds: stop searching after so much computing (None: never), however busy the machine is; the report
    then says that it is not complete.
    states: stop after so many states.
    start: a function of `(cache, db)` that is run alone first; the schedules start from what it leaves.
    rules: what must hold once everybody is done, {name: rule(cache, db, results)}: see rules.py. They are
    asked instead of whether the cache converges; with a `probe`, that too.

    What is counted: every order of calls and of at most `budget` faults, those without a fault among them. A
    fault may also come when everybody is done: under "expire", a key that then still has a TTL makes one more
    order. Where a client goes round in a loop, a round that is answered as the one before it is followed and
    judged, but not counted as a further order, whatever happened in between (see clients/automaton.py).

    Raises ValueError or TypeError for arguments that make no sense, and a Refusal (NotModelled,
    NotDeterministic, Endless) for a client that cannot be explored, naming the line.
    """
    if seconds is not None and not (isinstance(seconds, int | float) and seconds >= 0):
        raise ValueError(f"seconds={seconds!r}: give the seconds to search, from 0 up, or None for no limit")
    search = prepare(clients, fault, budget, probe, memcached, start, rules)
    search.run(seconds, states)
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
    states: int = STATES,
    start: Callable | None = None,
    rules: dict[str, Callable] | None = None,
) -> Game:
    """Explore the clients, as explore() does, and let the caller schedule them, from a cold or warm cache."""
    bounds = {"seconds": seconds, "states": states, "start": start, "rules": rules}
    return Game(explore(clients, fault, budget, probe, memcached, **bounds), warm)


def prepare(clients, fault=None, budget=1, probe=None, memcached=False, start=None, rules=None) -> Search:
    """Check the arguments of explore() and set up the search without running it."""
    if session._under_way:
        raise RuntimeError("races.explore() cannot be called by a client function that it is running")
    clients = list(clients) if isinstance(clients, Iterable) else [clients]
    if not clients:
        raise ValueError("explore() needs at least one client: explore([reader, writer])")
    for client in clients:
        if not isinstance(client, Cdc):
            faults.check_signature(client, ("cache", "db"))
    for other in (probe, start):
        if other is not None:
            faults.check_signature(other, ("cache", "db"))
    if isinstance(budget, bool) or not isinstance(budget, int) or budget < 0:
        raise ValueError(
            f"budget is the number of faults in one schedule, a whole number from 0 up, not {budget!r}"
        )
    names = faults.parse(fault)
    if memcached and "failover" in names:
        raise ValueError(
            "fault 'failover' needs a cache with replicas, and memcached has none: a node that dies takes "
            "its items with it, as fault='evict' does one by one"
        )
    return Search(clients, names, budget, probe, memcached, start, parse(rules, KINDS))


@dataclass
class Found:
    """The first, hence shortest, way to one kind of violation."""

    state: int  # the number of the state that it ends in, or in which `move` is made
    move: Move | None = None  # the move that is itself the violation (a wrong read)
    beyond: tuple[Move, ...] = ()  # moves after `state`, in a search that was stopped there


@dataclass
class Count:
    """Complete schedules from one start."""

    schedules: int
    violating: int  # those that end with a cache that does not converge, or break a rule
    complete: bool = True  # or only those explored when the search was stopped

    def __str__(self):
        return f"{self.violating:,} of {self.schedules:,}" + ("" if self.complete else " explored")


@dataclass
class Search:
    """One exploration: its arguments, what it learned about the clients, and what it found."""

    clients: list
    faults: frozenset[str]
    budget: int
    probe: Callable | None
    memcached: bool
    start: Callable | None = None
    rules: dict[str, Callable] = field(default_factory=dict)

    # what a first try may teach; the next one knows it
    symmetric: bool = True  # clients that run the same function are interchangeable
    personal: set = field(default_factory=set)  # the functions of which that is not so
    asking: set[int] = field(default_factory=set)  # clients found to read the database on the way
    rows: frozenset[str] = frozenset()  # of the database, by name, that anybody uses

    session: Session = field(init=False)
    world: World = field(init=False)
    study: Study = field(init=False)
    filling: Alone | None = field(init=False)  # how `start` fared
    judge: Judge | None = field(init=False)  # None: nobody asks whether the cache converges
    asked: Rules | None = field(init=False)
    starts: dict[str, State] = field(init=False)  # cold, or given, and, if that is another, warm
    graph: Graph = field(init=False)

    found: dict[str, Found] = field(default_factory=dict)  # by kind: X t K dirty fresh broken, or a rule
    counts: dict[str, Count] = field(default_factory=dict)  # by start
    broken: dict[str, dict[str, Count]] = field(default_factory=dict)  # by rule and start
    complete: bool = True
    took: float = 0.0  # seconds of computing

    def run(self, seconds: float | None, states: int = STATES) -> None:
        clock = self._clock = processor_clock(threading.get_ident())
        began = clock()
        deadline = None if seconds is None else began + seconds
        functions = [client.handler if isinstance(client, Cdc) else client for client in self.clients]
        functions += [function for function in (self.probe, self.start, *self.rules.values()) if function]
        while True:
            self.session = Session(functions, self.memcached)
            try:
                with warnings.catch_warnings(), self.session, Watchdog(self.session):
                    warnings.simplefilter("ignore")  # a client runs dozens of times, and so would they
                    if deadline is not None:  # a search looks at the time itself
                        self.session.late = lambda: clock() > deadline
                    self._prepare()
                    self.session.late = None
                    if not self._more_rows():
                        self._search(deadline, states)
                        self._count()
                if not self._more_rows():
                    break
                self.rows = frozenset(self.session.rows)
            except Reads as reads:
                assert reads.client not in self.asking, "nothing was learned: it would never end"
                twins = [group for group in self.world.groups if reads.client in group]
                self.asking.update({reads.client}, *twins)  # of twins it may be either
            except Distinct as same:
                self.asking.clear()
                if same.function is None:
                    self.symmetric = False
                else:
                    self.personal.add(same.function)
        if self.session.timed:  # whose time it is depends on the schedule, and here it does not
            kept = {
                "K",
                "broken",
                *self.rules,
            }  # what goes wrong so, goes wrong; what does not, may otherwise
            self.found = {kind: found for kind, found in self.found.items() if kind in kept}
        self.took = clock() - began

    def _prepare(self) -> None:
        """Learn what the clients are like, and where the schedules start."""
        self.world = world = World(
            self.session,
            self.clients,
            self.faults,
            self.budget,
            personal=self.personal,
            symmetric=self.symmetric,
            rows=self.rows,
        )
        self.filling = self._fill() if self.start else None
        converges = bool(self.probe) or not self.rules
        self.study = study(world, self.probe, converges)
        world.readers = self.study.readers
        if self.rules:
            world.results = []
        if "old_snapshot" in self.faults:
            world.snapshots = self.asking | self.study.asking
        world.odd.update(self.study.odd)
        self.starts = {"given" if self.start else "cold": start(world, world.keyspace)}
        self.judge, self.asked = None, Rules(world, self.rules) if self.rules else None
        if converges:
            world.judged = world.readers - self.study.odd.keys()
            self.judge = Judge(world, self.study.probe)
            self.judge.blind = self.study.misread
            if self.study.warming.keyspace != world.keyspace:
                self.starts["warm"] = start(world, self.study.warming.keyspace)

    def _more_rows(self) -> bool:
        """Whether clients turned out to use rows that are not known to be there."""
        return not self.session.rows <= self.rows | {""}

    def _fill(self) -> Alone:
        """Run `start`, and let the world be as it leaves it."""
        world, name = self.world, faults.name_of(self.start)
        fared = alone(world, world.program(self.start, name, FILLING).root, world.keyspace, world.log)
        if fared.failure is not None:
            raise ValueError(f"start={name} raises {fared.failure}") from fared.failure.error
        if fared.hung:
            raise ValueError(
                f"start={name} never ends: it keeps coming back to {fared.calls[-1][0].where}, and nobody "
                "else is there yet"
            )
        world.keyspace, world.log = fared.keyspace, fared.log
        return fared

    # --- the search ---

    def _search(self, deadline: float | None, most: int) -> None:
        self.graph = Graph()
        self.found, self.complete = {}, True
        for state in self.starts.values():
            self.graph.visit(state, None)
        for i, fared in self.study.solo.items():
            if not fared.calls and fared.failure is not None:  # it failed before its first call
                self.world.failures.append((i, fared.failure))
                self.found["broken"] = Found(0)
        done = 0
        now = self._clock()
        enough = None if deadline is None else now + 0.8 * (deadline - now)
        while True:
            done = self._expand(done, enough, most)
            if not self.complete or not self._wake():
                break
        if not self.complete:
            self._sample(done, deadline)

    def _expand(self, done: int, deadline: float | None, most: int) -> int:
        """Visit everything reachable, or so many states; returns the number of states expanded so far."""
        world, graph, found = self.world, self.graph, self.found
        states, numbers, tidy, finished = graph.states, graph.numbers, world.tidy, world.finished
        failures = len(world.failures)
        while done < len(states):
            if (deadline is not None and self._clock() > deadline) or len(states) > most:
                self.complete = False
                return done
            state = states[done]
            if finished(state):
                self._judge(done, state)
            after = graph.next[done]
            options = moves(world, state)
            for move, raw, wrong, folded in options:
                target = tidy(raw)
                number = numbers.get(target)
                if number is None:
                    number = graph.add(target, (done, move))
                if folded:
                    graph.folded.append((done, number))
                else:
                    after.append(number)
                if raw.faults_left != state.faults_left:
                    graph.faulty.add((done, number))
                if wrong is not None:
                    found.setdefault(wrong, Found(done, move))
                    found.setdefault("fresh", Found(done, move))  # a dirty read is not linearizable either
            if len(world.failures) > failures:
                move = self._failing(world.failures[failures][0], state, options)
                found.setdefault("broken", Found(done, move))
                failures = len(world.failures)
            done += 1
        return done

    def _failing(self, i: int, state: State, options: list[Next]) -> Move:
        """Of the moves from `state`, the one after which client i is gone, or (CDC) past its commit."""
        for move, after, *_ in options:
            if isinstance(self.clients[i], Cdc):
                if after.places[i] != state.places[i] and move.action != "crash":
                    return move
            elif move.client == i and after.places[i] in self.world.over:
                if move.action in ("call", "poll on"):
                    return move
        raise AssertionError("no move makes it fail")

    def _judge(self, number: int, state: State) -> None:
        self.graph.quiet.add(number)
        for name in self.asked.broken(state) if self.asked else ():
            self.found.setdefault(name, Found(number))
        if self.judge is None:
            return
        judgement = self.judge.judge(state)
        if judgement.letter:
            self.found.setdefault(judgement.letter, Found(number))
        if judgement.stuck:
            self.found.setdefault("K", Found(number))
        if judgement.dirty and ("dirty" not in self.found or self._is_sooner(number, self.found["dirty"])):
            self.found["dirty"] = Found(number)

    def _is_sooner(self, number: int, found: Found) -> bool:
        """Whether a state is nearer than something found by a move out of a state just as far away."""
        return found.move is not None and self.graph.depth(number) <= self.graph.depth(found.state)

    def _wake(self) -> bool:
        """Let TTLs run out where everybody waits; whether that led to a state not seen before."""
        world, graph = self.world, self.graph
        if not (world.looped or world.blocked):
            return False
        stuck = graph.stuck()
        before = len(graph.states)
        still = []
        for number in stuck:
            state = graph.states[number]
            if not self._all_waiting(state):
                continue
            later = world.tidy(elapse(world, state))
            if later == state:
                still.append(number)
                continue
            known = len(graph.states)
            target = graph.visit(later, (number, Move("elapse")))
            if target not in graph.next[number]:
                graph.next[number].append(target)
            if target < known and target in stuck:
                still.append(number)
        if len(graph.states) > before:
            return True
        if still:
            self.found.setdefault("K", Found(min(still)))
        return False

    def _all_waiting(self, state: State) -> bool:
        """Whether every active client is at the start of a polling round, or waits for others."""
        for i, number in enumerate(state.places):
            place = self.world.place(state, i)
            if number in self.world.over or isinstance(place, Feed):
                continue  # CDC moves by itself
            polls = place.node.loop is not None and place.node.loop.folds
            if not polls and place.outlasts is None and not waits_for_the_row(self.world, state, i, place):
                return False
        return True

    # --- a search that was stopped ---

    def watched(self):
        """Around going on from its states: where it has not been, a client may turn out to be endless."""
        return nullcontext() if self.complete else Watchdog(self.session)

    def _sample(self, done: int, deadline: float | None) -> None:
        """Walk on at random from where the search stands, for whatever else goes wrong."""
        world, states, draw, walks = self.world, self.graph.states, random.Random(0), 0
        while (walks := walks + 1) <= _WALKS if deadline is None else self._clock() < deadline:
            first = draw.randrange(done, len(states))
            state, beyond = states[first], []
            while len(beyond) < _LONGEST_WALK and not world.finished(state):
                options = [option for option in moves(world, state) if not option.folded]
                if not options:
                    break
                if deadline is not None and self._clock() > deadline:
                    return  # a step may have taken long
                chosen = draw.choice(options)
                if chosen.wrong is not None:
                    for kind in (chosen.wrong, "fresh"):
                        self._found_beyond(kind, first, beyond, chosen.move)
                beyond.append(chosen.move)
                state = world.tidy(chosen.state)
            else:
                for name in self.asked.broken(state) if self.asked else ():
                    self._found_beyond(name, first, beyond)
                if self.judge is None:
                    continue
                judgement = self.judge.judge(state)
                if judgement.letter:
                    self._found_beyond(judgement.letter, first, beyond)
                if judgement.stuck:
                    self._found_beyond("K", first, beyond)

    def _found_beyond(self, kind: str, first: int, beyond: list[Move], move: Move | None = None) -> None:
        known = self.found.get(kind)
        if known is None or (known.beyond and len(known.beyond) > len(beyond)):
            self.found[kind] = Found(first, move, tuple(beyond))

    # --- counting ---

    def wrong(self, state: State) -> bool:
        """Whether a quiet state is not as was asked: the cache does not converge, or a rule is broken."""
        if self.asked is not None and self.asked.broken(state):
            return True
        return self.judge is not None and self.judge.judge(state).letter != ""

    def _count(self) -> None:
        """Count the complete schedules, and those that end wrong; of all of it and by each rule."""
        self.counts = self._counted(self.wrong)
        self.broken = {
            name: self._counted(lambda state, name=name: name in self.asked.broken(state))
            for name in self.rules
        }

    def _counted(self, wrong: Callable[[State], bool]) -> dict[str, Count]:
        paths, bad = self.graph.count(wrong)
        numbers = {name: self.graph.numbers[state] for name, state in self.starts.items()}
        return {name: Count(paths[number], bad[number], self.complete) for name, number in numbers.items()}


__all__ = ["Search", "explore", "play", "prepare"]
