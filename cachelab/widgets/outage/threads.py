"""Threads of a web server fill up while the cache hangs: λT against W."""

import math

from cachelab.workload.threads import held

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure

__all__ = ["threads"]

SECONDS = 1.0


def threads(measured=()) -> Bench:
    """`measured`: (moment, threads taken) of a run in virtual time."""
    controls = [
        Slider("threads", stops=[4, 8, 16, 32, 64, 128], value=16, label="threads"),
        Slider("rate", stops=[25, 50, 75, 150, 300, 600], value=150, unit="/s", label="customers"),
        Slider(
            "timeout", stops=[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], value=0.2, unit="s", label="time-out"
        ),
        Slider("tries", 1, 11, 1, step=1, label="tries"),
        Slider("calls", 1, 4, 2, step=1, label="calls to the cache in a request"),
    ]
    sides = {"x_range": (0, SECONDS), "margins": (44, 24)}
    picture = Figure("While the cache hangs", y="threads taken", height=130, **sides)
    picture.step("threads taken").threshold("all there are")
    below = Figure(x="seconds", y="customers without a thread", height=90, **sides)
    below.step("customers without a thread", color="orange")
    if measured:
        picture.step("measured", *zip(*measured, strict=True))

    def run(threads, rate, timeout, tries, calls):
        hang = timeout * tries * calls
        moments, taken, waiting = held(threads, rate, hang, SECONDS)
        drawn = {
            "threads taken": (moments, _whole(taken)),
            "all there are": threads,
            "customers without a thread": (moments, _whole(waiting)),
        }
        stands = rate * hang > threads
        words = f"λT = {rate:g}/s × {hang:.2g} s = {rate * hang:.3g}, and there are {threads} threads. "
        if stands:
            words += f"After {threads / rate:.2g} s none is left, and the site stands still."
        else:
            words += f"The site goes on, each request {hang:.2g} s slower."
        return drawn, words, {"stands": stands}

    name = "threads while the cache hangs"
    return Bench(run, controls, picture, label=name, below=below, challenges="12.threads")


def _whole(counts: list[float]) -> list[int]:
    """The model is fluid; threads and customers are not."""
    return [math.floor(count + 1e-9) for count in counts]
