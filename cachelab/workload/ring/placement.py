"""Rules that say which node a key lives on. Each is made from the nodes and returns a function of the key.

    place = rendezvous(["node 1", "node 2", "node 3"])
    place("user:42")                                    # "node 2", in every program that asks

Every program that uses the nodes runs the rule for itself, so it may depend on nothing but names.
"""

import math
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

__all__ = ["Place", "bounded", "bucket", "hashed", "jump", "modulo", "moved", "rendezvous", "ring", "shares"]

Place = Callable[[str], str]


def hashed(text: str) -> int:
    """64 bits that depend on every character, and are the same in every process (unlike `hash`)."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def modulo(nodes: Sequence[str]) -> Place:
    """The hash of the key, modulo the number of nodes."""
    nodes = _some(nodes)
    return lambda key: nodes[hashed(key) % len(nodes)]


def ring(nodes: Sequence[str], points: int = 100) -> Place:
    """The hash of the key is a place on a ring; the next point's node has it. Each node has so many `points`.

    Karger et al.: *Consistent hashing and random trees*, STOC 1997.
    """
    at, owner = _points(_some(nodes), points)
    return lambda key: owner[bisect(at, hashed(key)) % len(at)]


def rendezvous(nodes: Sequence[str] | Mapping[str, float]) -> Place:
    """The node that scores highest with this key. Of a mapping {node: weight} each gets its share by weight.

    Thaler and Ravishankar: *Using name-based mappings to increase hit rates*, IEEE/ACM Transactions on
    Networking 6(1), 1998. With weights the score is −w/ln(u), u being the hash between 0 and 1: then the
    highest is node i's with probability wᵢ/Σw, and a weight that changes moves keys to or from that node
    only. (Schindelhauer and Schomaker: *Weighted distributed hash tables*, SPAA 2005.)
    """
    names = _some(list(nodes))
    if not isinstance(nodes, Mapping):
        return lambda key: max(names, key=lambda node: hashed(f"{node} {key}"))
    weights = dict(nodes)
    if odd := [f"{node}: {weight!r}" for node, weight in weights.items() if not weight > 0]:
        raise ValueError(f"{', '.join(odd)}: a weight is above 0; leave out a node that should get nothing")

    def score(node: str, key: str) -> float:
        return -weights[node] / math.log((hashed(f"{node} {key}") + 0.5) / 2**64)

    return lambda key: max(names, key=lambda node: score(node, key))


def jump(nodes: Sequence[str]) -> Place:
    """The key's bucket among n; nodes are numbered in the order given, so only the last one may leave.

    Lamping and Veach: *A fast, minimal memory, consistent hash algorithm*, arXiv 1406.2294, 2014.
    """
    nodes = _some(nodes)
    return lambda key: nodes[bucket(hashed(key), len(nodes))]


def bucket(number: int, buckets: int) -> int:
    """Jump hash itself: the bucket, from 0, of a 64-bit number."""
    here, there = -1, 0
    while there < buckets:
        here = there
        number = (number * 2862933555777941757 + 1) % 2**64
        there = int((here + 1) * (2**31 / ((number >> 33) + 1)))
    return here


def bounded(nodes: Sequence[str], keys: Iterable[str], slack: float = 0.1, points: int = 100) -> Place:
    """A ring on which nobody gets more than (1 + slack) times the average: what is too much goes on to the
    next point's node. It places these `keys`, in their order, and knows no others (KeyError).

    Mirrokni, Thorup, Zadimoghaddam: *Consistent hashing with bounded loads*, SODA 2018.
    """
    if not slack > 0:
        raise ValueError(f"slack={slack!r}: above 0, or a full node leaves no room to move on to")
    nodes, keys = _some(nodes), list(keys)
    at, owner = _points(nodes, points)
    room, held, where = math.ceil((1 + slack) * len(keys) / len(nodes)), Counter(), {}
    for key in keys:
        point = bisect(at, hashed(key))
        while held[owner[point % len(at)]] >= room:
            point += 1
        where[key] = owner[point % len(at)]
        held[where[key]] += 1
    return where.__getitem__


def moved(before: Place, after: Place, keys: Iterable[str]) -> float:
    """The share of the keys that live elsewhere afterwards."""
    elsewhere = [before(key) != after(key) for key in keys]
    return sum(elsewhere) / len(elsewhere)


def shares(place: Place, nodes: Sequence[str], keys: Iterable[str]) -> dict[str, float]:
    """For each node its number of keys, as a multiple of the average."""
    counted = Counter(map(place, keys))
    average = counted.total() / len(nodes)
    return {node: counted[node] / average for node in nodes}


def _some(nodes: Sequence[str]) -> list[str]:
    if not nodes or len(set(nodes)) < len(nodes):
        raise ValueError(f"{list(nodes)!r}: one node or more, each of them once")
    return list(nodes)


def _points(nodes: list[str], points: int) -> tuple[list[int], list[str]]:
    if points < 1:
        raise ValueError(f"points={points!r}: one point for each node, or more")
    both = sorted((hashed(f"{node} {number}"), node) for node in nodes for number in range(points))
    return [at for at, _ in both], [node for _, node in both]
