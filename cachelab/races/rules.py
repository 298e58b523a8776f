"""What the caller asks of every quiet state: rules of their own, instead of invariants.py's or beside them.

A rule is a function of `(cache, db, results)` that returns whether it holds. Like the probe it is run alone,
once everybody is done, with the clients' `cache` and `db`: it may call whatever they may, and what it does is
undone. `results` says for each client, in the order given to explore(), what it returned, or the exception
that ended it; None for one that crashed. A rule that minds which of two equal clients a result is of has them
explored as two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from cachelab.races import faults
from cachelab.races.alone import alone
from cachelab.races.clients.automaton import Program
from cachelab.races.clients.session import Distinct
from cachelab.races.state import State
from cachelab.races.world import World

RULE = 950  # the identity of a rule


def after(request: Callable, rule: Callable) -> Callable:
    """`rule`, judged after one further request, run alone: what the next request repairs is no harm.

    request: a function of `(cache, db)`. However it ends, the rule is asked then.
    """
    faults.check_signature(request, ("cache", "db"))
    faults.check_signature(rule, ("cache", "db", "results"))

    def afterwards(cache, db, results):
        try:
            request(cache, db)
        except Exception:
            pass
        return rule(cache, db, results)

    return afterwards


def parse(rules: dict[str, Callable] | None, taken) -> dict[str, Callable]:
    """The `rules` argument of explore(), whose names are not `taken`. Raises TypeError or ValueError."""
    if rules is None:
        return {}
    if not isinstance(rules, dict) or not all(isinstance(name, str) and name for name in rules):
        raise TypeError(
            f"rules={rules!r}: give a dict of names and functions, as in "
            "rules={'at most two': lambda cache, db, results: results.count(True) <= 2}"
        )
    for name, rule in rules.items():
        if name in taken:
            raise ValueError(
                f"a rule cannot be called {name!r}: that is a kind of violation; choose other words"
            )
        faults.check_signature(rule, ("cache", "db", "results"))
    return dict(rules)


class Rules:
    """Asks the rules in quiet states, and remembers what they said."""

    def __init__(self, world: World, rules: dict[str, Callable]):
        self.world, self.rules = world, rules
        self._known: dict[tuple, frozenset[str]] = {}

    def broken(self, state: State) -> frozenset[str]:
        """The names of the rules that do not hold in a quiet state."""
        key = (state.keyspace, state.log, self.world.result_numbers(state))
        if key not in self._known:
            results, asked = self.world.results_in(state), set(self.world.session.durations)
            broken = self._broken(state, results)
            if any(self._broken(state, other) != broken for other in self._exchanged(results, key[-1])):
                raise Distinct(None)
            self._known[key] = broken
            self.world.session.durations = asked  # that a rule asks for one is no news about the clients
        return self._known[key]

    def _broken(self, state: State, results: list) -> frozenset[str]:
        return frozenset(
            name for name in self.rules if not self._holds(name, state.keyspace, state.log, results)
        )

    def _exchanged(self, results: list, numbers: tuple[int, ...]) -> Iterator[list]:
        """The results, with those of two interchangeable clients that differ in each other's place."""
        for group in self.world.groups:
            for i, j in combinations(group, 2):
                if numbers[i] != numbers[j]:
                    other = list(results)
                    other[i], other[j] = results[j], results[i]
                    yield other

    def _holds(self, name: str, keyspace: int, log: int, results: list) -> bool:
        world, rule = self.world, self.rules[name]

        def asked(cache, db):
            return rule(cache, db, list(results))

        asked.__name__ = faults.name_of(rule)
        said = f"the rule {name!r}"
        arguments = (world.session.cache, world.session.db)
        program = Program(world.session, asked, said, RULE, arguments, shared=False)
        fared = alone(world, program.root, keyspace, log)
        if fared.hung:
            return False
        if fared.failure is not None:
            raise ValueError(f"{said} raises {fared.failure}; a rule returns whether it holds") from (
                fared.failure.error
            )
        if not isinstance(fared.result, bool):
            raise TypeError(f"{said} returned {fared.result!r}; a rule returns True if it holds, else False")
        return fared.result


__all__ = ["Rules", "after", "parse"]
