"""Policies against traces, 100,000 requests at a time."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from cachelab.workload import trace
from cachelab.workload.policies import ALL

from ..chart.bench import Bench, Choice
from ..chart.figure import Figure

__all__ = ["policies"]

REQUESTS, ITEMS, ROOM = 100_000, 20_000, 2000
BIN = 2000  # requests in a point of the curve
FIRST = 6000  # requests shown at once; the rest follows
PACE = 12_000  # requests a second, for servers' clocks
LRU = "textbook's LRU"
SIGNS = {"allkeys-lru": ("blue", "dot"), "allkeys-lfu": ("orange", "cross")}  # as in the lesson's own chart
SHOWN = (  # beside it
    "FIFO",
    "SIEVE",
    "S3-FIFO",
    "W-TinyLFU",
    "Valkey allkeys-lru",
    "Valkey allkeys-lfu",
    "Memcached",
    "Memcached no_modern",
)


@lru_cache
def _trace(name: str) -> list[int]:
    if name == "loop":
        return trace.loop(REQUESTS, ROOM * 5 // 4)
    usual = trace.zipf(REQUESTS, ITEMS)
    other = {
        "scan": lambda: trace.scan(usual, 2 * ROOM, at=0.18),
        "shift": lambda: trace.shift(usual),
        "one-off": lambda: trace.one_off(usual, 0.2),
    }
    return other[name]()[:REQUESTS] if name in other else usual


def policies(measured: dict | None = None) -> Bench:
    """`measured` has runs of the lesson by name: (numbers of requests, hit ratios)."""

    def model(requests: str, policy: str):
        asked = _trace(requests)
        times = [number / PACE for number in range(len(asked))]
        lru, other = _runs("LRU", asked, times), _runs(policy, asked, times)
        while True:
            done = next(lru, None), next(other, None)
            if done[0] is None:
                return
            yield _answer(policy, *done, whole=len(asked))

    controls = [
        Choice(
            "requests",
            {
                "some more popular than others": "usual",
                "and a job that reads 4,000 once": "scan",
                "a fifth asked for only once": "one-off",
                "other products become popular": "shift",
                "2,500 products in turn": "loop",
            },
            "scan",
        ),
        Choice("policy", list(SHOWN), "Valkey allkeys-lfu", label=f"policy, beside the {LRU}"),
    ]
    chart = Figure(
        f"Hit ratio of the last {BIN:,} requests, room for {ROOM:,} of {ITEMS:,}",
        x="requests",
        y="hit ratio",
        y_unit="%",
        x_range=(0, REQUESTS),
        y_range=(0, 1),
        colors={f"Valkey {name}": color for name, (color, _) in SIGNS.items()},
    )
    chart.line(LRU, color="blue")
    for name, (at, ratios) in (measured or {}).items():
        color, shape = SIGNS.get(name, (None, None))
        chart.points(name, at, ratios, color=color, shape=shape)
    return Bench(model, controls, chart, challenges="06.policies")


def _runs(name: str, asked: list[int], times: list[float]) -> Iterator[bytearray]:
    """The hits so far, slice by slice."""
    policy, hits = ALL[name](ROOM), bytearray()
    edges = [0, *range(FIRST, len(asked), FIRST), len(asked)]
    for first, last in pairwise(edges):
        hits += policy.hits(asked[first:last], times[first:last])
        yield hits


def _answer(policy: str, lru: bytearray, other: bytearray, whole: int):
    drawn = {}
    for name, hits in ((LRU, lru), (policy, other)):
        ends = range(BIN, len(hits) + 1, BIN)
        drawn[name] = (list(ends), [hits.count(1, end - BIN, end) / BIN for end in ends])
    if len(other) < whole:
        return drawn, f"{len(other):,} of {whole:,} requests …"
    first = whole // 4
    beside, textbook = (hits.count(1, first) / (whole - first) for hits in (other, lru))
    return drawn, f"Without the first quarter: {policy} {beside:.1%}, the {LRU} {textbook:.1%}."
