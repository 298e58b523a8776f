"""One key under a stampede: which fix loads how often, who waits, and who gets something old."""

from collections import Counter
from collections.abc import Sequence

from cachelab.workload.queueing import Stampede, loads_expected, loads_on_cores, stampede, xfetch

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["one_key"]

SHOWN, RUN = 4.0, 30.0  # seconds drawn, seconds simulated
BIN = 0.1
CLIENTS = 60  # threads of the application: more cannot wait at once
PROCESSES = 4  # in which a single flight is made

FIXES = {
    "nothing": "none",
    "single flight": "flight",
    "lock": "lock",
    "stale": "stale",
    "XFetch": "xfetch",
    "XFetch and a lock": "xfetch+lock",
}
DATABASES = {
    "room for all": ("delay", 1),
    "one core": ("cores", 1),
    "two cores": ("cores", 2),
    "a line for ten": ("line", 10),
}


def one_key(measured: Sequence[float] = ()) -> Bench:
    """`measured`: the moments, in seconds, at which the loads of a real run began."""
    controls = [
        Choice("fix", FIXES),
        Slider(
            "rate", stops=[5, 10, 20, 50, 100, 200, 400], value=100, unit="/s", label="requests for the key"
        ),
        Slider(
            "load_time",
            stops=[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
            value=0.1,
            unit="s",
            label="one load takes",
        ),
        Slider("ttl", stops=[0.8, 2, 5, 10], value=0.8, unit="s", label="TTL of the value"),
        Choice("database", DATABASES),
        Slider(
            "lock_ttl", stops=[0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5], value=5, unit="s", label="TTL of the lock"
        ),
        Slider("dies", stops=[0, 0.01, 0.05, 0.2], value=0, unit="%", label="loaders that die"),
    ]
    picture = Figure(
        "Loads that begin in each tenth of a second",
        x="seconds",
        y="loads",
        x_range=(0, SHOWN),
        height=180,
    )
    picture.bars("model")
    if len(measured):
        at, loads = _per_bin(measured)
        seen = [(moment, count) for moment, count in zip(at, loads, strict=True) if count]
        picture.points("measured, nothing done", *zip(*seen, strict=True), shape="cross")
    return Bench(_model, controls, picture, label="one key under a stampede", challenges="07.one_key")


def _model(**values):
    run = _simulated(**values)
    return {"model": _per_bin(run.loads)}, _words(run, **values), {"run": run}


def _per_bin(moments: Sequence[float]) -> tuple[list[float], list[int]]:
    bins = range(round(SHOWN / BIN))
    loads = Counter(int(moment / BIN) for moment in moments)
    return [(number + 0.5) * BIN for number in bins], [loads[number] for number in bins]


def _simulated(fix, rate, load_time, ttl, database, lock_ttl, dies) -> Stampede:
    kind, capacity = database
    return stampede(
        rate=rate,
        load_time=load_time,
        ttl=ttl,
        seconds=min(RUN, 6000 / rate),  # so that a move of a slider is answered at once
        fix=fix,
        database=kind,
        capacity=capacity,
        lock_ttl=lock_ttl,
        dies=dies,
        poll=max(0.01, load_time / 20),
        processes=PROCESSES,
        clients=CLIENTS,
    )


def _words(run: Stampede, fix, rate, load_time, database, **_) -> str:
    kind, capacity = database
    told = ""
    if fix == "none" and kind == "delay":
        told = f" (1 + λD = {loads_expected(rate, load_time):.1f})"
    elif fix == "none" and kind == "cores":
        expected = loads_on_cores(rate, load_time, capacity)
        cores = "one core" if capacity == 1 else f"{capacity} cores"
        told = f"{expected:,.0f}" if expected < 1000 else "thousands"
        told = f" (on {cores}, shared: {told}; at most {CLIENTS} can wait)"
    elif fix == "flight":
        told = f" (at most one in each of {PROCESSES} processes)"
    elif fix == "xfetch":
        told = f" (with β = 1 it is e = {xfetch.loads_per_refresh():.1f})"
    if not run.loads:
        return "No load in this time."
    stale = max(run.staleness, default=0.0)
    refused = f" {run.refused} found no thread and were refused." if run.refused else ""
    return (
        f"{run.loads_per_refresh:.1f} loads for each new value on average{told}, "
        f"at most {run.most_at_once} at once. "
        f"A request waits {quantity(run.wait(0.5), 's')} (p50), {quantity(run.wait(0.99), 's')} (p99); "
        f"an answer is expired for {quantity(stale, 's')} at most.{refused}"
    )
