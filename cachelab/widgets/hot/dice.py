"""XFetch's dice: how long before its expiry a value is refreshed, and by how many."""

import math
import random
from collections import Counter
from collections.abc import Sequence

from cachelab.workload.queueing import stampede, xfetch

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["dice"]

BARS, DRAWS = 16, 4000  # of the simulation
RATES = [1, 2, 4, 10, 20, 50, 100, 200, 300]  # per second


def dice(measured: Sequence[float] = ()) -> Bench:
    """`measured`: seconds before its expiry at which the first refresh of each value of a real run began."""
    controls = [
        Slider("rate", stops=RATES, value=100, unit="/s", label="requests for the key"),
        Slider("load_time", stops=[0.02, 0.05, 0.1, 0.2, 0.5], value=0.05, unit="s", label="one load takes"),
        Slider("beta", stops=[0.25, 0.5, 1, 2, 4], value=1, label="β"),
        Slider("wrong", stops=[0.1, 0.5, 1, 2, 5], value=1, unit="×", label="Δ stored / true Δ"),
    ]
    picture = Figure(
        "When the first reader refreshes",
        x="before the expiry",
        x_unit="s",
        y="density",
        height=180,
    )
    picture.line("formula").points("simulated", shape="ring")
    if len(measured):
        picture.points("your run: a cross for each value", measured, [0.0] * len(measured), shape="cross")
    picture.marker("mean")
    return Bench(_model, controls, picture, label="XFetch's dice", challenges="07.dice")


def _model(rate, load_time, beta, wrong):
    delta = load_time * wrong
    scale = beta * delta
    mean = xfetch.mean_gap(rate, delta, beta)
    longest = max(mean + 5 * scale, 2 * load_time)
    gaps = [longest * n / 79 for n in range(80)]
    width, chance = longest / BARS, random.Random(1)
    first = (scale * math.log(max(rate * scale, 1e-9) / chance.expovariate(1)) for _ in range(DRAWS))
    counts = Counter(int(gap // width) for gap in first)
    run = stampede(
        rate=rate,
        load_time=load_time,
        ttl=mean + 4 * scale + load_time,  # well above the gap
        seconds=min(400.0, 8000 / rate),
        fix="xfetch",
        beta=beta,
        delta=None if wrong == 1 else delta,
    )
    drawn = {
        "formula": (gaps, xfetch.gap_density(gaps, rate, delta, beta)),
        "simulated": (
            [(bar + 0.5) * width for bar in range(BARS)],
            [counts[bar] / DRAWS / width for bar in range(BARS)],
        ),
        "mean": mean,
    }
    loads = run.loads_per_refresh
    words = (
        f"A value is refreshed {quantity(mean, 's')} early on average, by {loads:.1f} readers "
        f"(e^(1/β) = {xfetch.loads_per_refresh(beta):.1f} with a true Δ; {1 + rate * load_time:.0f} without "
        f"XFetch). In {xfetch.surprised(rate, delta, beta):.1%} of the cases nobody is early."
    )
    return drawn, words, {"loads": loads}
