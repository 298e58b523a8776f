"""Placement: formulas against simulation, and how fast the bench of shards and skew answers."""

import random
import statistics
import time
from collections.abc import Iterator
from functools import partial

from benchmarks import Row
from cachelab.workload.ring import bounded, formulas, jump, modulo, moved, rendezvous, ring, shares
from cachelab.workload.ring.shards import load, worth_having

TEN = [f"node {number}" for number in range(10)]
MORE, FEWER = [*TEN, "node 10"], TEN[:3] + TEN[4:]
KEYS = [f"user:{number}" for number in range(20_000)]
SLIDER = 0.1  # seconds in which a bench answers


def rows() -> Iterator[Row]:
    yield from _moved()
    yield from _spread()
    yield from _bench()


def _moved() -> Iterator[Row]:
    """What moves when one of ten nodes leaves or an eleventh joins, measured over what the formula says."""
    rules = {
        "modulo": (modulo, formulas.modulo_joining(10), formulas.modulo_leaving(10)),
        "ring of 100 points": (ring, formulas.least_joining(10), formulas.least_leaving(10)),
        "rendezvous": (rendezvous, formulas.least_joining(10), formulas.least_leaving(10)),
        "jump": (jump, formulas.least_joining(10), formulas.jump_moved(10, 3)),
    }
    floor = _seconds(modulo(TEN))
    for name, (rule, joins, leaves) in rules.items():
        place = rule(TEN)
        joined, left = moved(place, rule(MORE), KEYS), moved(place, rule(FEWER), KEYS)
        off = max(joined / joins, joins / joined, left / leaves, leaves / left)
        held = shares(place, TEN, KEYS).values()
        detail = f"joins {joined:.3f} ({joins:.3f}), a middle one leaves {left:.3f} ({leaves:.3f}); "
        detail += f"fullest {max(held):.2f} × average; {_seconds(place) / floor:.1f} × modulo's time"
        yield Row(f"placement, {name}: moved, off by the factor", off, 1.25, detail)
    tight = partial(bounded, keys=KEYS, slack=0.1)
    held = shares(tight(TEN), TEN, KEYS).values()
    joined, left = (moved(tight(TEN), tight(nodes), KEYS) for nodes in (MORE, FEWER))
    detail = f"joins {joined:.3f}, a middle one leaves {left:.3f}"
    yield Row("placement, bounded loads: fullest / (1 + ε)", max(held) / 1.1, 1.001, detail)


def _spread() -> Iterator[Row]:
    """The standard deviation of the shares of 200 rings, over √((n−1)/(nv+1))."""
    for points in (1, 10, 100):
        seen, fullest = [], []
        for seed in range(200):
            draw = random.Random(seed)
            at = sorted((draw.random(), node) for node in range(10) for _ in range(points))
            arcs, before = [0.0] * 10, at[-1][0] - 1
            for place, node in at:
                arcs[node] += 10 * (place - before)
                before = place
            seen.append(statistics.pvariance(arcs))
            fullest.append(max(arcs))
        told, real = formulas.ring_spread(10, points), statistics.mean(seen) ** 0.5
        detail = f"sd {real:.3f}, formula {told:.3f}; fullest {statistics.mean(fullest):.2f} × average"
        yield Row(
            f"a ring's spread, {points} points, real / told", max(real / told, told / real), 1.1, detail
        )


def _bench() -> Iterator[Row]:
    load(1, keys=100_000)  # the bench itself begins with the slots of so many names
    for keys in (1000, 100_000):
        start = time.perf_counter()
        found = load(30, 0.987, keys)
        took = time.perf_counter() - start
        detail = (
            f"{took * 1e3:.1f} ms; hottest {found.uneven:.2f} × average, 1/p₁ {worth_having(0.987, keys):.0f}"
        )
        yield Row(f"shards × skew, {keys:,} keys, a new skew / 100 ms", took / SLIDER, 1.0, detail)


def _seconds(place) -> float:
    took = []
    for _ in range(3):
        start = time.perf_counter()
        for key in KEYS[:3000]:
            place(key)
        took.append(time.perf_counter() - start)
    return statistics.median(took)
