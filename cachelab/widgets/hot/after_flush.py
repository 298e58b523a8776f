"""After a flush: a shop that worked well, its cache emptied once, and what would bring it back."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from cachelab.workload.queueing.flush import SHOP, Flush

from ..chart.bench import Bench, Choice
from ..chart.figure import Figure

__all__ = ["after_flush"]

BEFORE, AFTER = 5, 35  # seconds
SLICE = 4  # seconds of the model, between two looks at the page
SHOPS = {
    "small, as measured": SHOP | dict(servers=2, load_time=0.02),
    "large, 1,000 requests a second": dict(
        rate=1000.0, items=5000, skew=0.9, servers=10, load_time=0.05, patience=0.5, retries=2
    ),
}

CHANGES = {  # what is changed -> what becomes of a shop
    "nothing": lambda shop: shop,
    "half the traffic": lambda shop: shop | {"rate": shop["rate"] / 2},
    "twice the database": lambda shop: shop | {"servers": shop["servers"] * 2},
    "no retries": lambda shop: shop | {"retries": 0},
    "late answers are stored": lambda shop: shop | {"fill": "late"},
    "one load for an item": lambda shop: shop | {"flight": True},
    "both of these": lambda shop: shop | {"fill": "late", "flight": True},
}


def after_flush(measured: Sequence[float] = ()) -> Bench:
    """`measured`: success in each second after the flush of a real run."""
    controls = [
        Choice("shop", SHOPS),
        Choice("change", list(CHANGES), label="what is changed"),
        Choice("limit", {"without end": None, "4": 4, "50": 50, "400": 400}, label="may wait in line"),
    ]
    picture = Figure(
        "Requests that succeed",
        x="seconds after the flush",
        y="success",
        y_unit="%",
        x_range=(-BEFORE, AFTER),
        y_range=(0, 1.05),
        height=180,
    )
    picture.line("model")
    if len(measured):
        at = [second + 0.5 for second in range(len(measured))]
        picture.points("measured, no limit", at, measured, shape="cross")
    picture.marker("flush", 0.0)
    return Bench(_model, controls, picture, label="after the flush", challenges="07.flush")


def _model(shop, change, limit) -> Iterator[tuple]:
    world = Flush(**CHANGES[change](shop), limit=limit, flush=float(BEFORE))
    for second in range(SLICE, BEFORE + AFTER + 1, SLICE):
        world.advance(SLICE)
        seconds = [at - BEFORE + 0.5 for at in range(second)]
        whole = second == BEFORE + AFTER
        words = _words(world) if whole else f"{second} of {BEFORE + AFTER} seconds …"
        yield {"model": (seconds, world.success)}, words, {"world": world, "whole": whole}


def _words(world: Flush) -> str:
    """What became of it."""
    last = fmean(world.success[-5:])
    load = f"The warm shop needs {world.used:.0%} of the database."
    if world.recovered is not None and last >= 0.97:
        if world.recovered == 0:
            return f"{load} The flush is hardly noticed."
        return f"{load} It is back {world.recovered:.0f} s after the flush."
    return f"{load} {AFTER} s after the flush {last:.0%} of the requests succeed."
