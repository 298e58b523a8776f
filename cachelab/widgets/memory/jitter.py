"""Entries that were filled together: when does the database load them again?"""

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure

__all__ = ["jitter"]

ITEMS = 20_000
BINS = 20  # per TTL


def jitter(measured: dict | None = None) -> Bench:
    """`measured` holds what the lesson saw, by name: (ends of TTLs, loads relative to an even rate)."""
    from cachelab.workload import jitter as model_of  # here: it takes numpy, and a browser has none

    def model(spread: float, side: str, reads: float):
        low, high = (1 - spread, 1 + spread) if side == "both" else (1 - spread, 1.0)
        seen = model_of.loads(ITEMS, 1.0, low, high, reads, 6.0, BINS)
        first, third = seen.peak(1, 1.0), seen.peak(3, 1.0)
        oldest = (
            f"The oldest entry lives {high:.0%} of the TTL. " if high > 1 else "No entry outlives the TTL. "
        )
        words = f"The first peak is {first:.1f} times the even load, the third {third:.1f} times. {oldest}"
        drawn = f"TTLs are drawn between {low:.0%} and {high:.0%}."
        return {"model": (seen.starts + 0.5 / BINS, seen.relative)}, words + drawn

    controls = [
        Slider("spread", 0, 0.8, 0.1, step=0.05, unit="%", label="jitter"),
        Choice("side", {"up and down": "both", "down only": "down"}, label="direction"),
        Slider("reads", stops=[3, 10, 30, 100, 300], value=100, label="reads of one key in a TTL"),
    ]
    chart = Figure(
        "Loads after all entries were filled together",
        x="TTLs since then",
        y="of the even load",
        y_unit="×",
        x_range=(0, 6),
    )
    chart.line("model").threshold("even", 1)
    for name, (at, loads) in (measured or {}).items():
        chart.points(name, at, loads)
    return Bench(model, controls, chart, challenges="06.jitter")
