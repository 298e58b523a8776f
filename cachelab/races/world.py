"""The clients and what may happen to them: what stays the same in every state of one exploration.

Clients that run the same function are interchangeable: their places are kept sorted, so that states which
differ only in who is who are one state. Functions that draw on their identity (uuid, random, …) are exempt.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from cachelab.races.clients.automaton import Point, Program
from cachelab.races.clients.session import Failure, Session
from cachelab.races.faults import Cdc, name_of
from cachelab.races.models import database, memcached, valkey
from cachelab.races.state import GONE, Move, Numbered, Place, State

_ACTIONS = ("call", "begin", "wait", "lost", "unanswered", "crash", "poll on")


class World:
    """The clients, the faults that may happen to them, and the values that states hold by number."""

    def __init__(
        self,
        session: Session,
        clients: list,
        faults: frozenset[str],
        budget: int,
        *,
        personal: set,
        symmetric: bool,
        rows: frozenset[str] = frozenset(),
    ):
        self.session, self.clients, self.faults, self.budget = session, clients, faults, budget
        self.memcached = session.memcached
        self.model = memcached if session.memcached else valkey
        self.personal = personal  # functions whose clients have an identity
        self.names = self._name(clients)
        self.feeds = [i for i, client in enumerate(clients) if isinstance(client, Cdc)]
        self.groups = self._groups() if symmetric else []
        self._members = [(group, itemgetter(*group)) for group in self.groups]
        self.readers: set[int] = set()  # the clients whose result is a read
        self.judged: set[int] = set()  # those of them whose read must be fresh and not dirty
        self.snapshots: set[int] = set()  # the clients that open a database snapshot before their first call

        self.keyspaces, self.logs, self.places = Numbered(), Numbered(), Numbered()
        self.pasts = Numbered()
        self.pasts.number(frozenset())  # number 0
        self.gone = self.places.number(GONE)
        self.over = {self.gone}  # numbers of the places of clients that are finished or crashed
        self.results: list | None = None  # what clients returned, by number; None: nobody asks
        self._result_keys = Numbered()
        self._watchers: set[int] = set()
        self._looked_at = 0  # so many of the places, for that set
        self.unstarted: set[int] = set()  # numbers of the places in which clients have not begun
        #: what there is before anybody moves
        self.keyspace = self.keyspaces.number(self.model.EMPTY)
        self.log = self.logs.number(database.start(rows))
        self.several = isinstance(self.logs[self.log][0], database.Rows)  # rows, by name
        self.moves = [{action: Move(action, i) for action in _ACTIONS} for i in range(len(clients))]
        self._programs: dict[tuple, Program] = {}
        self._versions: dict[tuple[int, str], int | None] = {}
        self.effects: dict[tuple, object] = {}  # what calls were found to do: see effects.py
        self.drops: dict[tuple[int, bytes], int] = {}

        # what was noticed on the way
        self.failures: list[tuple[int, Failure]] = []
        self.odd: dict[int, object] = {}  # clients that returned something that is no database value
        self.looped = self.blocked = False

    @staticmethod
    def _name(clients) -> list[str]:
        plain = ["cdc" if isinstance(client, Cdc) else name_of(client) for client in clients]
        return [
            f"{name} {plain[: i + 1].count(name)}" if plain.count(name) > 1 else name
            for i, name in enumerate(plain)
        ]

    def _groups(self) -> list[tuple[int, ...]]:
        """The sets of interchangeable clients, as indices."""
        groups: dict[Callable, list[int]] = {}
        for i, client in enumerate(self.clients):
            if not isinstance(client, Cdc) and client not in self.personal:
                groups.setdefault(client, []).append(i)
        return [tuple(group) for group in groups.values() if len(group) > 1]

    def program(
        self, function: Callable, name: str, identity: int, arguments: tuple | None = None
    ) -> Program:
        """The automaton of a client function; clients that never use their identity share one."""
        shared = function not in self.personal
        key = (function, None if shared else identity, arguments)
        program = self._programs.get(key)
        if program is None:
            session = self.session
            arguments = arguments or (session.cache, session.db)
            program = self._programs[key] = Program(session, function, name, identity, arguments, shared)
        return program

    def version_of(self, log: int, value: str) -> int | None:
        """The latest version that holds a value, or None if it was never committed."""
        key = (log, value)
        if key not in self._versions:
            self._versions[key] = database.version_of(self.logs[log], value)
        return self._versions[key]

    def ended(self, node: Point) -> int:
        """The number of the place of a client that is done, with its result, if somebody asks for that."""
        if self.results is None:
            return self.gone
        result = node.result if node.failure is None else node.failure.error
        number = self._result_keys.number((type(result), repr(result)))
        if number == len(self.results):
            self.results.append(result)
        place = self.places.number(Place(None, result=number))
        self.over.add(place)
        return place

    def results_in(self, state: State) -> list:
        """For each client what it returned, or the exception that ended it; None: it crashed, or is CDC."""
        return [None if number < 0 else self.results[number] for number in self.result_numbers(state)]

    def result_numbers(self, state: State) -> tuple[int, ...]:
        """For each client the number of its result; -1 if it has none."""
        return tuple([getattr(self.places[number], "result", -1) for number in state.places])

    def fail(self, i: int, failure: Failure) -> None:
        """Note a client's exception, unless one of the same function from the same line is known."""
        known = {(self.clients[j], str(other)) for j, other in self.failures}
        if (self.clients[i], str(failure)) not in known:
            self.failures.append((i, failure))

    # --- states ---

    def latest(self, state: State) -> int:
        """The version that was committed last."""
        return len(self.logs[state.log]) - 1

    def tidy(self, state: State) -> State:
        """The state with interchangeable clients in order, and nothing in it that no longer matters."""
        keyspace, log, replica, faults_left, known, places, past = state
        if self.groups:
            ordered = list(places)
            for group, members in self._members:
                for i, place in zip(group, sorted(members(places)), strict=True):
                    ordered[i] = place
            places = tuple(ordered)
        elif not known:
            return state
        if known and self.unstarted.isdisjoint(places):
            known = 0  # it matters only to clients that have not started
        elif places == state.places:
            return state
        return State(keyspace, log, replica, faults_left, known, places, past)

    def order(self, state: State) -> list[int]:
        """For each client of tidy(state): the index in `state` that it came from."""
        order = list(range(len(state.places)))
        for group in self.groups:
            for i, (_, origin) in zip(group, sorted((state.places[i], i) for i in group), strict=True):
                order[i] = origin
        return order

    def finished(self, state: State) -> bool:
        """Whether everything is quiet: clients finished or crashed, replica caught up, CDC drained."""
        latest = self.latest(state)
        if 0 <= state.replica < latest:
            return False
        for number in state.places:
            if number not in self.over:
                place = self.places[number]
                if isinstance(place, Place) or place.position <= latest:
                    return False
        return True

    def watchers(self) -> set[int]:
        """The numbers of the places in which a client watches a key."""
        places = self.places
        while self._looked_at < len(places):
            if places[self._looked_at].watches:
                self._watchers.add(self._looked_at)
            self._looked_at += 1
        return self._watchers

    def place(self, state: State, i: int):
        """The Place or Feed of client i."""
        return self.places[state.places[i]]

    def put(self, state: State, i: int, place: int) -> State:
        """The state with client i at the place with this number."""
        keyspace, log, replica, faults_left, known, places, past = state
        places = (*places[:i], place, *places[i + 1 :])
        return State(keyspace, log, replica, faults_left, known, places, past)
