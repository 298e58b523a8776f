"""How often the database is read: what a cache is there to prevent."""

from __future__ import annotations

import math

from cachelab.races.graph import Graph
from cachelab.races.models.database import READS
from cachelab.races.moves import moves
from cachelab.races.state import Next, Place, State
from cachelab.races.world import World


def most_loads(world: World, graph: Graph) -> int | float:
    """The most database reads, from primary and replica together, of any schedule in the graph.

    math.inf if a client polls the database: a schedule may go round as often as it likes.
    """
    onward: list[dict[int, int]] = []  # for each state: the states after it, and the reads on the way there
    for number, state in enumerate(graph.states):
        after = dict.fromkeys(graph.next[number], 0)
        for option in moves(world, state):
            target = graph.numbers.get(world.tidy(option.state))
            if target is not None:  # else a search that was stopped has not been there
                loads = _loads(world, state, option)
                if option.folded and loads:
                    return math.inf
                after[target] = max(loads, after.get(target, 0))
        onward.append(after)
    most = [0] * len(onward)
    order, changed = graph.leaves_first(), True
    while changed:  # once more than folded moves follow each other; without any, twice
        changed = False
        for number in order:
            best = max((loads + most[target] for target, loads in onward[number].items()), default=0)
            if best > most[number]:
                most[number], changed = best, True
    return max(most, default=0)


def _loads(world: World, state: State, option: Next) -> int:
    """The database reads that a move is; of a round that is folded, those of the whole round."""
    move = option.move
    if move.action not in ("call", "poll on"):
        return 0
    place = world.place(state, move.client)
    if not isinstance(place, Place):
        return 0
    if move.action == "poll on":
        return (place.node.loop.rounds - 1) * _reads(call for call, _ in place.node.loop.body)
    if option.folded:
        again = world.place(option.state, move.client)
        return _reads(call for call, _ in again.node.loop.body)
    return _reads([place.node.call])


def _reads(calls) -> int:
    return sum(call.kind == "db" and call.payload[0] in READS for call in calls)
