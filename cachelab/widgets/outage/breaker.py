"""A breaker through an outage by the script, on a clock that nobody waits for."""

from collections.abc import Callable
from functools import partial
from typing import Any

from cachelab.workload.outage import BEGINS, ENDS, SCRIPTS, timeline

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["breaker"]

SECONDS = 12.0
LANES = {"answered": "answered", "failed": "waited in vain", "not asked": "not asked"}


def breaker(make: Callable[..., Any]) -> Bench:
    """`make`: your class, called with share, window, pause and clock; its instances have `call(function)`."""
    controls = [
        Choice("script", SCRIPTS, label="the server"),
        Choice("on", {"yours": True, "none": False}, label="breaker"),
        Slider("share", 0.1, 1, 0.5, step=0.05, unit="%", label="opens at failures of"),
        Slider("window", stops=[5, 10, 20, 50, 100, 200], value=20, label="of the last calls"),
        Slider("pause", stops=[0.1, 0.2, 0.5, 1, 2, 5], value=1, unit="s", label="probes after"),
        Slider("timeout", 0.05, 1, 0.2, step=0.05, unit="s", label="time-out of a call"),
    ]
    picture = Figure(
        "What became of the calls",
        x="seconds",
        x_range=(0, SECONDS),
        rows=["server is ill", *LANES.values()],
    )
    picture.spans("calls")
    model = partial(_model, make)
    return Bench(model, controls, picture, label="a breaker in an outage", challenges="08.breaker")


def _model(make, script, on, share, window, pause, timeout):
    def made(clock):
        return make(share=share, window=window, pause=pause, clock=clock)

    seen = timeline(script, made if on else None, SECONDS, timeout=timeout)
    spans = [(LANES[what], begin, max(end, begin + 0.03)) for what, begin, end in seen.spans()]
    counted = seen.counted
    words = (
        f"Of {len(seen.calls)} customers {counted['answered']} have an answer of the cache, "
        f"{counted['failed']} waited in vain, {quantity(seen.wasted, 's')} together, and "
        f"{counted['not asked']} went to the database at once. Who waited longest: "
        f"{quantity(seen.longest_wait, 's')}, the line included."
    )
    return {"calls": [("server is ill", BEGINS, ENDS), *spans]}, words, {"seen": seen}
