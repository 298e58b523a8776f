"""A hot key in a cluster: which node it loads, and what copies and near caches change."""

from functools import partial
from statistics import fmean

from cachelab.workload.hot_key import reads

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure

__all__ = ["hot_key"]

RATES = [1000 * k for k in (50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 1000, 1200, 1500, 2000)]


def hot_key(capacity: float = 200_000.0) -> Bench:
    """`capacity`: reads per second that a node can serve, as measured."""
    start = next((rate for rate in RATES if rate >= 2.4 * capacity), RATES[-1])  # the hot node is too hot
    controls = [
        Slider("share", 0, 0.9, 0.3, step=0.05, unit="%", label="reads of the hot key"),
        Slider("rate", stops=RATES, value=start, unit="/s"),
        Slider("nodes", 1, 12, 4, step=1),
        Slider("copies", 1, 16, 1, step=1, label="copies of the hot key"),
        Slider("near", stops=[0, 0.1, 1, 10], value=0, unit="s", label="TTL in the near cache"),
        Slider("processes", stops=[10, 50, 200, 1000], value=50, label="application processes"),
    ]
    picture = Figure("Reads of each node", y="reads per second", y_unit="/s", height=150).bars("reads")
    picture.threshold("one node can serve (measured)", capacity)
    model = partial(_model, capacity, start)
    return Bench(model, controls, picture, label="a hot key", challenges="07.hot_key")


def _model(capacity, first, share, rate, nodes, copies, near, processes):
    each = reads(share, rate, nodes, copies, near, processes)
    names = [f"node {number}" for number in range(1, nodes + 1)]
    price = f" A write costs {copies} deletes." if copies > 1 else ""
    price += f" An answer may be {near:g} s older." if near else ""
    words = (
        f"The busiest node is asked for {max(each) / capacity:.0%} of what it can serve, "
        f"{max(each) / fmean(each):.1f} times the average of all.{price}"
    )
    return {"reads": (names, each)}, words, {"busiest": max(each) / capacity, "first": first}
