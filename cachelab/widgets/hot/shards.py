"""Shards and skew: what each shard of a cluster gets, and what all serve until the hottest is full."""

import math
from collections.abc import Sequence
from functools import partial

from cachelab.learner.words import counted

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure

__all__ = ["shards"]

MOST = 30  # shards that are drawn
KEYS = [1000, 10_000, 100_000]


def shards(capacity: float = 100_000.0, measured: Sequence[float] = ()) -> Bench:
    """`capacity`: reads per second that one node can serve, as measured. `measured`: what each of three real
    shards was asked for, of a run with 1,000 products and a skew of 0.99; only their proportions count."""
    from cachelab.workload.ring import shards as model_of  # here: it takes numpy, and a browser has none

    controls = [
        Slider("shards", 1, MOST, 3, step=1),
        Slider(
            "skew", stops=[0, 0.6, 0.8, 0.9, 0.99, 1.1, 1.2, 1.4], value=0.99, label="skew (0: all alike)"
        ),
        Slider("keys", stops=KEYS, value=1000),
        Slider("replicas", 0, 5, 0, step=1, label="replicas of each shard, which serve reads"),
        Slider("near", stops=[0, 1, 10, 100, 1000], value=0, label="hottest keys in near caches"),
    ]
    picture = Figure(
        "Reads of each shard when the hottest is full",
        x="shard",
        y="reads per second",
        y_unit="/s",
        x_range=(0.4, MOST + 0.6),
        height=180,
        flags=1,
    )
    picture.bars("shards").bars("the hottest")
    if len(measured):
        picture.points("three real ones", shape="cross")
    picture.marker("1/p₁")
    model_of.load(1, keys=max(KEYS))  # so many slots take a moment, which no slider should wait for
    model = partial(_model, model_of, capacity, list(measured))
    return Bench(model, controls, picture, label="shards and skew", challenges="11.shards")


def _model(model_of, capacity, measured, shards, skew, keys, replicas, near):
    found = model_of.load(shards, skew, keys, near)
    crosses = {}
    if measured:  # they say nothing of other numbers of shards
        reads = [capacity * each / max(measured) for each in measured] if shards == 3 else ()
        crosses = {"three real ones": (range(1, len(reads) + 1), reads)}
    most = model_of.worth_having(skew, keys, near) if near < keys else None
    outcome = {"served": found.served * (1 + replicas), "nodes": shards * (1 + replicas), "most": most}
    if not found.shares.any():
        nothing = {"shards": ((), ()), "the hottest": ((), ()), "1/p₁": None}
        return crosses | nothing, "No read reaches the cache.", outcome
    each = found.shares / found.shares.max() * capacity * (1 + replicas)
    others = [place for place in range(shards) if place != found.hottest]
    drawn = {
        "shards": ([place + 1 for place in others], each[others]),
        "the hottest": ([found.hottest + 1], [each[found.hottest]]),
        "1/p₁": most if most <= MOST else None,
    }
    return crosses | drawn, _words(found, most, shards, replicas, near, capacity), outcome


def _words(found, most, shards, replicas, near, capacity) -> str:
    nodes = shards * (1 + replicas)
    served = found.served * (1 + replicas)
    words = (
        f"{counted(nodes, 'node')} serve{'s' if nodes == 1 else ''} {served * capacity:,.0f} reads a second, "
        f"{served:.1f} times one. The hottest shard gets {found.uneven:.2f} times the average. "
        f"One key has {1 / most:.1%} of all reads: {math.ceil(most):,} shards are worth having, at most."
    )
    if near:
        keys = "hottest key" if near == 1 else f"{near:,} hottest keys"
        words += f" Reads of the {keys} stay in the application."
    if replicas:
        words += " A replica's answer may be old."
    return words
