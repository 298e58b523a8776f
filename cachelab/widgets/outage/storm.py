"""The storm after a flush: workers, a database that cancels, and the limit that ends it or does not."""

from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean

from cachelab.workload.queueing import Storm

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure

__all__ = ["storm"]

BEFORE, AFTER = 1, 9  # seconds
SLICE = 2  # seconds of the model, between two looks at the page
ITEMS = 1000


def storm(measured: Sequence[float] = (), load_time: float = 0.0063) -> Bench:
    """`measured`: requests answered in each second after the flush of a real run without a limit.
    `load_time`: seconds that a read keeps the database busy, as measured."""
    controls = [
        Choice(
            "limit", {"none": None, **{str(n): n for n in (2, 8, 16, 30, 60)}}, label="reads at once, at most"
        ),
        Slider("timeout", stops=[0.05, 0.1, 0.2, 0.5, 1, 2], value=0.1, unit="s", label="time-out of a read"),
        Slider("workers", stops=[8, 16, 32, 64, 80, 160], value=80),
        Slider("rate", stops=[100, 200, 300, 400, 500, 600, 800], value=600, unit="/s", label="customers"),
        Slider("skew", stops=[0, 0.5, 0.8, 1, 1.2], value=0.8, label="skew of their taste"),
        Choice("retries", [0, 1, 2, 3], value=2, label="retries of a customer"),
        Choice("budget", {"none": None, "one in ten": 0.1}, label="retries allowed, of all requests"),
        Choice("drops", {"no": False, "yes": True}, label="workers skip who has left"),
    ]
    picture = Figure(
        "A second at a time",
        x="seconds after the flush",
        y="per second",
        x_range=(-BEFORE, AFTER),
        height=180,
    )
    picture.line("answered in time").line("reads finished").line("reads cancelled").line("shed")
    if len(measured):
        at = [second + 0.5 for second in range(len(measured))]
        picture.points("answered, measured, no limit", at, measured, shape="cross")
    picture.marker("flush", 0.0)
    model = partial(_model, load_time)
    return Bench(model, controls, picture, label="the storm after a flush", challenges="08.storm")


def _model(load_time, **settings) -> Iterator[tuple]:
    world = Storm(items=ITEMS, load_time=load_time, flush=float(BEFORE), **settings)
    for second in range(SLICE, BEFORE + AFTER + 1, SLICE):
        world.advance(SLICE)
        whole = second == BEFORE + AFTER
        at = [at - BEFORE + 0.5 for at in range(second)]
        drawn = {
            "answered in time": (at, [share * world.rate for share in world.success]),
            "reads finished": (at, world.finished),
            "reads cancelled": (at, world.cancelled),
            "shed": (at, world.shed),
        }
        words = _words(world) if whole else f"{second} of {BEFORE + AFTER} seconds …"
        yield drawn, words, {"world": world, "whole": whole}


def _words(world: Storm) -> str:
    """What became of it."""
    room = (
        f"In {world.timeout:g} s the database does {int(world.longest_limit)} reads; "
        f"{min(world.limit or world.workers, world.workers)} may be under way."
    )
    if world.recovered is not None and fmean(world.success[-3:]) >= 0.97:
        if world.recovered == 0:
            return f"{room} The flush is hardly noticed."
        return f"{room} It is back {world.recovered:.0f} s after the flush."
    return f"{room} After {AFTER} s {fmean(world.success[-3:]):.0%} of the requests are answered in time."
