"""The learner as the scheduler: who moves next, and what goes wrong now?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property

from cachelab.races.moves import moves
from cachelab.races.state import Next, State
from cachelab.races.telling import words
from cachelab.races.telling.narrator import Narrator
from cachelab.races.telling.step import Step


@dataclass(frozen=True)
class Option:
    """One thing that may happen next."""

    label: str  # reader: GET user:1
    client: str  # the client's name, or "cache" or "database"
    call: str  # GET user:1, crashes, evicts user:1
    fault: str | None  # the fault it would be
    step: Step  # what would come of it


class Game:
    """A schedule under construction.

    `.moves()` says what may happen next, `.do(i)` makes the i-th of these happen, `.undo()` takes it back.
    `.violated` says what is broken, once something is; `.finished` whether nobody has a call left to make
    (faults may still be possible). `.shortest` is the length of the shortest schedule from this start that
    breaks anything, and `.distance` that of the shortest continuation from here; None: there is none.
    """

    def __init__(self, report, warm: bool | None = None):
        self.report = report
        search = report._search
        self._world, self._search = search.world, search
        self._narrator = Narrator(search.world)
        name = "warm" if warm and "warm" in search.starts else next(iter(search.starts))
        self.start = name
        self._states = [search.starts[name]]
        self._broken: list[str | None] = [None]
        self.steps: list[Step] = []

    @property
    def state(self) -> State:
        return self._states[-1]

    @property
    def cache(self) -> dict:
        """The cache's contents now."""
        return self._contents(self.state)

    @property
    def cache_at_start(self) -> dict:
        """The cache's contents before the first move."""
        return self._contents(self._states[0])

    @property
    def stays(self) -> dict[str, bool]:
        """For each key in the cache now: whether it stays for ever, because nobody has given it a TTL."""
        keyspace, model = self._world.keyspaces[self.state.keyspace], self._world.model
        ends = set(model.expiring(keyspace))
        return {key.decode(errors="replace"): key not in ends for key in model.keys(keyspace)}

    @property
    def db(self) -> str:
        """The latest committed value now."""
        return self._world.logs[self.state.log][-1]

    @property
    def finished(self) -> bool:
        """Whether every client is done, the replica has caught up, and the commits are handled."""
        return self._world.finished(self.state)

    def moves(self) -> list[Option]:
        """What may happen next."""
        return [self._option(found) for found in self._possible(self.state)]

    def do(self, choice: int) -> Step:
        """Make the move with this index in moves(); returns what happened."""
        possible = self._possible(self.state)
        if not 0 <= choice < len(possible):
            raise ValueError(
                f"there is no move {choice!r}: choose from 0 to {len(possible) - 1}, as moves() lists them"
            )
        found = possible[choice]
        step = self._tell(found)
        self._states.append(found.state)
        self.steps.append(step)
        self._broken.append(self._broken[-1] or self._wrong(found, step))
        return step

    def undo(self) -> None:
        """Take the last move back; nothing at the start."""
        if self.steps:
            self._states.pop()
            self._broken.pop()
            self.steps.pop()

    @property
    def violated(self) -> str | None:
        """What has gone wrong, in a sentence, or None."""
        return self._broken[-1]

    @property
    def shortest(self) -> int | None:
        """The fewest moves from the start after which something is broken; None if nothing can be."""
        return self._distance(self._states[0])

    @property
    def distance(self) -> int | None:
        """The fewest further moves that break something: 0 if it is broken, None if nothing can be."""
        return 0 if self.violated else self._distance(self.state)

    def hint(self) -> int | None:
        """The index of a move towards the nearest break, or None."""
        if not self.distance:
            return None
        for i, found in enumerate(self._possible(self.state)):
            if found.wrong is not None or self._distance(found.state) == self.distance - 1:
                return i
        return None

    def table(self) -> str:
        """The schedule so far as text."""
        if not self.steps:
            return f"from a {self.start} cache: nobody has moved"
        head = f"from a {self.start} cache:"
        return "\n".join([head, words.table(self.steps), *filter(None, [self.violated])])

    # --- behind it ---

    def _contents(self, state: State) -> dict:
        return self._world.model.contents(self._world.keyspaces[state.keyspace])

    def _possible(self, state: State) -> list[Next]:
        """The moves from a state, without those that lead nowhere: a poll that finds nothing new."""
        with self._search.watched():
            return [found for found in moves(self._world, state) if found.state != state]

    def _option(self, found: Next) -> Option:
        step, move = self._tell(found), found.move
        detail = {"lost": " (lost on the way)", "unanswered": " (done, but the answer is lost)"}.get(
            move.action, ""
        )
        colon = ":" if move.action in ("call", "lost", "unanswered", "poll on") else ""
        return Option(f"{step.client}{colon} {step.call}{detail}", step.client, step.call, step.fault, step)

    def _tell(self, found: Next) -> Step:
        return self._narrator.tell(self.state, found.move, found.state, found.move.client)

    def _wrong(self, found: Next, step: Step) -> str | None:
        if found.wrong is not None:
            kind = "a dirty read" if found.wrong == "dirty" else "not linearizable"
            return f"{words.wrong_read(step, found.wrong == 'dirty')}: {kind}."
        if not self._world.finished(found.state):
            return None
        for name in self._search.asked.broken(found.state) if self._search.asked else ():
            return f"“{name}” does not hold."
        if self._search.judge is None:
            return None
        judgement = self._search.judge.judge(found.state)
        if judgement.seen:
            return words.sentence(judgement.seen)
        return "No reader can fill the cache again." if judgement.stuck else None

    @cached_property
    def _distances(self) -> dict[State, int]:
        """For each (tidy) state the fewest moves to something broken."""
        world, search = self._world, self._search
        before: dict[State, list[State]] = {}
        distances: dict[State, int] = {}
        one_away = []
        with self._search.watched():
            following = [moves(world, state) for state in search.graph.states]
        for state, options in zip(search.graph.states, following, strict=True):
            if world.finished(state):
                judgement = search.judge and search.judge.judge(state)
                if search.wrong(state) or (judgement and (judgement.stuck or judgement.dirty)):
                    distances[state] = 0
            for found in options:
                if found.wrong is not None:
                    one_away.append(state)
                before.setdefault(world.tidy(found.state), []).append(state)
        todo = deque(distances)
        for state in one_away:
            if state not in distances:
                distances[state] = 1
        later = deque(state for state in one_away if distances[state] == 1)
        while todo or later:
            # both queues are ordered by distance; take the nearer head
            queue = todo if todo and (not later or distances[todo[0]] <= distances[later[0]]) else later
            state = queue.popleft()
            for earlier in before.get(state, ()):
                if distances.get(earlier, 1 << 30) > distances[state] + 1:
                    distances[earlier] = distances[state] + 1
                    todo.append(earlier)
        return distances

    def _distance(self, state: State) -> int | None:
        return self._distances.get(self._world.tidy(state))
