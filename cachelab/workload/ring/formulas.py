"""What theory says of the rules in `placement`: which share of the keys moves, how unevenly they share.

`benchmarks/ring.py` and `tests/pure/workload/ring` hold each against a simulation.
"""

from math import sqrt

__all__ = [
    "even_spread",
    "jump_moved",
    "least_joining",
    "least_leaving",
    "modulo_joining",
    "modulo_leaving",
    "ring_spread",
]


def least_joining(nodes: int) -> float:
    """The share of the keys that must move when one more joins so many `nodes`: its own, 1/(n+1)."""
    return 1 / (nodes + 1)


def least_leaving(nodes: int) -> float:
    """The share that must move when one of so many `nodes` leaves: its own, 1/n."""
    return 1 / nodes


def modulo_joining(nodes: int) -> float:
    """By modulo: n and n+1 have no common factor, so of n(n+1) pairs of remainders n are equal."""
    return nodes / (nodes + 1)


def modulo_leaving(nodes: int) -> float:
    """By modulo, whichever leaves: of n(n−1) pairs of remainders n−1 mean the same node."""
    return 1 - 1 / nodes


def jump_moved(nodes: int, place: int) -> float:
    """By jump hash, when the node at this `place` leaves (0 is the first) and the later ones move up.

    Who was before it stays; who comes after it has another number now. Of the last one's keys, which are
    dealt out anew, one in n−1 falls to the number that the last one has now. (For the last: 1/n, the least.)
    """
    if not 0 <= place < nodes:
        raise ValueError(f"place={place!r}: 0 is the first of {nodes} nodes, {nodes - 1} the last")
    back = 0 if place == nodes - 1 else 1 / (nodes * (nodes - 1))
    return 1 - place / nodes - back


def ring_spread(nodes: int, points: int) -> float:
    """Standard deviation of the nodes' shares on a ring, as a fraction of the average share.

    n·v random points cut the ring into n·v arcs; one node's v arcs together are distributed like
    Beta(v, (n−1)v), with mean 1/n and variance (1/n)(1−1/n)/(nv+1).
    """
    return sqrt((nodes - 1) / (nodes * points + 1))


def even_spread(nodes: int, keys: int) -> float:
    """The same for a fair die that deals out so many `keys`: it shrinks with the number of keys."""
    return sqrt((nodes - 1) / keys)
