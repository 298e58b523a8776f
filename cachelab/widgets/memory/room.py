"""Two reasons to forget, a TTL and a full memory: which one costs the hits?"""

import math
from functools import lru_cache

from cachelab.workload import trace

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["room_and_ttl"]

ITEMS = 20_000
SIZES = [round(50 * (ITEMS / 50) ** (n / 15)) for n in range(16)]


def room_and_ttl(measured=()) -> Bench:
    """`measured` has (entries held, hit ratio) of runs on a real server: TTL 2 s, 2,000 reads a second."""
    from cachelab.workload import curves  # here: it takes numpy, and a browser has none

    def model(ttl: float, room: float, skew: float, reads: float):
        rates = trace.shares(ITEMS, skew) * reads
        alone = curves.ttl_only(rates, ttl)
        here = curves.lru_with_ttl(rates, room, ttl)
        words = _words(here, alone, curves.lru(rates, room))
        known = _both(skew, reads, ttl)
        yield (
            {
                "memory alone": (SIZES, curves.lru(rates, SIZES)),
                "TTL alone": ([SIZES[0], SIZES[-1]], [alone.hit_ratio] * 2),
                "both": _in_order(known),
                "you are here": ([room], [here.hit_ratio]),
            },
            words,
        )
        for size in SIZES:
            if size not in known:
                known[size] = curves.lru_with_ttl(rates, size, ttl).hit_ratio
                yield {"both": _in_order(known)}, words

    controls = [
        Slider("ttl", stops=[0.5, 1, 2, 5, 10, 30, 60, 300, 3600], value=2, unit="s", label="TTL"),
        Slider("room", 50, ITEMS, 1000, log=True, unit="entries", label="room"),
        Slider("skew", 0.6, 1.2, 1.0, step=0.1, label="skew (1: the second gets half of the first)"),
        Slider("reads", stops=[100, 500, 1000, 2000, 5000, 10_000], value=2000, unit="/s", label="reads"),
    ]
    chart = Figure(
        f"Hit ratio, {ITEMS:,} products",
        x="room for so many entries",
        y="hit ratio",
        y_unit="%",
        x_scale="log",
        y_range=(0, 1),
    )
    chart.line("memory alone").line("TTL alone").line("both").points("you are here", shape="dot")
    if len(measured):
        chart.points("your server", *zip(*measured, strict=True), shape="cross")
    return Bench(model, controls, chart, challenges="06")


@lru_cache(maxsize=64)
def _both(skew: float, reads: float, ttl: float) -> dict[float, float]:
    """The curve as far as it was worked out: it does not depend on where the room's slider stands."""
    return {}


def _in_order(known: dict) -> tuple[list, list]:
    sizes = [size for size in SIZES if size in known]
    return sizes, [known[size] for size in sizes]


def _words(here, alone, memory: float) -> str:
    ratio = f"{here.hit_ratio:.1%} of the reads hit. "
    if math.isinf(here.window):
        return f"{ratio}The TTL alone decides: {alone.entries:,.0f} entries are alive, and all of them fit."
    if here.hit_ratio > memory - 0.01:
        return f"{ratio}Memory decides: what is not read for {quantity(here.window, 's')} is evicted first."
    return f"{ratio}Both bind: without the TTL {memory:.1%}, with room for all {alone.hit_ratio:.1%}."
