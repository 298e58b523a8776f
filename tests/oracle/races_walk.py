"""Ways through a state graph that make every move at least once, and the real server led along them."""

import random

from cachelab.learner.interrupt import Watchdog
from cachelab.races.explore import Search
from cachelab.races.faults import parse
from cachelab.races.moves import moves
from cachelab.races.telling.replay import Lockstep, keys_of


def search(clients, fault, probe, memcached=False, budget=1):
    """An exploration whose states tell equal clients apart, so that a path needs no renaming."""
    found = Search(list(clients), parse(fault), budget, probe, memcached)
    found.symmetric = False
    found.run(None)
    return found


def every_move(found, start):
    """Paths from `start`, as lists of (state, move, next state), that together make every move."""
    world = found.world
    onward, parent, states = {}, {start: None}, [start]
    for state in states:
        onward[state] = [(option.move, world.tidy(option.state)) for option in moves(world, state)]
        for move, after in onward[state]:
            if after not in parent:
                parent[after] = (state, move)
                states.append(after)
    left = {(state, move) for state in states for move, _ in onward[state]}
    for state in reversed(states):  # the deepest first: on the way to them much is covered
        while wanted := next(((move, after) for move, after in onward[state] if (state, move) in left), None):
            path, here = way(parent, state), state
            while wanted is not None:
                path.append((here, *wanted))
                left.difference_update((before, move) for before, move, _ in path)
                here = wanted[1]
                wanted = next(((move, after) for move, after in onward[here] if (here, move) in left), None)
            yield path


def way(parent, state):
    """The shortest path to a state."""
    path = []
    while parent[state] is not None:
        before, move = parent[state]
        path.append((before, move, state))
        state = before
    return path[::-1]


def random_walk(found, start, seed, longest=40):
    """One path, chosen at random."""
    rng, world, state, path = random.Random(seed), found.world, start, []
    while len(path) < longest and (options := moves(world, state)):
        chosen = rng.choice(options)
        path.append((state, chosen.move, world.tidy(chosen.state)))
        state = path[-1][2]
    return path


def differences(found, server, paths, *, real_expiry=True):
    """Lead the real server along paths from each start: (moves made, where it differed from the model)."""
    server.keys = sorted({*server.keys, *keys_of(found.world)})
    lockstep = Lockstep(found.world, server, real_expiry=real_expiry)
    made, otherwise = 0, []
    with Watchdog(found.session):
        for name, start in found.starts.items():
            for path in paths(found, start):
                difference = lockstep.start(found.study.warming if name == "warm" else None)
                for state, move, after in path:
                    if difference is not None:
                        break
                    made += 1
                    _, difference = lockstep.step(move.client, move, state, after)
                if difference is not None:
                    otherwise.append((difference, path))
    return made, otherwise
