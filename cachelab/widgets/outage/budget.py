"""What a time-out costs while all is well, what it allows when all is not, and how tries multiply."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from cachelab.workload import budget as model

from ..chart.bench import Bench, Choice, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["budget"]

TIMEOUTS = np.geomspace(0.0002, 2, 90)
STOPS = [round(a * 10**b, 6) for b in (-4, -3, -2, -1) for a in (5, 7, 10, 15, 20, 30)][:-1]  # seconds


def budget(measured: Sequence[float] = ()) -> Bench:
    """`measured`: latencies of a real server, in seconds; they get a curve of their own."""
    seen = np.sort(np.asarray(measured, float))
    controls = [
        Slider("timeout", stops=STOPS, value=0.2, unit="s", label="time-out of a try"),
        Slider(
            "p99",
            stops=[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
            value=0.005,
            unit="s",
            label="p99 of the cache",
        ),
        Slider("hit_ratio", stops=[0.5, 0.8, 0.9, 0.95, 0.98, 0.99], value=0.98, unit="%"),
        Slider("retries", 0, 10, 0, step=1, label="retries of the client"),
        Choice("waits", {"none": False, "as redis-py's": True}, label="pauses between them"),
        Slider("service", 1, 5, 1, step=1, label="tries of your service"),
        Slider("gateway", 1, 5, 1, step=1, label="tries of the gateway"),
        Choice(
            "together",
            {"one answer, then all is well": False, "longer than the tries": True},
            label="slow for",
        ),
    ]
    picture = Figure(
        "Reads of the database while nothing is broken",
        x="time-out of a try",
        x_unit="s",
        x_scale="log",
        y="times those without a time-out",
        y_unit="×",
        y_scale="log",
        height=180,
    )
    picture.line("model")
    if len(seen):
        picture.line("your server, measured")
    picture.points("you", shape="diamond").marker("p99")
    run = partial(_model, seen)
    return Bench(run, controls, picture, label="what a time-out costs", challenges="08.budget")


def _model(seen, timeout, p99, hit_ratio, retries, waits, service, gateway, together):
    layers = (service, gateway)
    once = model.tries(retries)  # what the client sees of it; a layer above begins anew, and counts as these
    tries = model.tries(retries, layers)

    def load(late: float) -> float:
        return model.database_load(hit_ratio, late, tries, together)

    you = load(model.lognormal_late(timeout, p99 / 10, p99))
    worst = model.worst(timeout, retries, model.pauses(retries) if waits else 0.0, layers)
    drawn = {
        "model": (TIMEOUTS, [load(model.lognormal_late(one, p99 / 10, p99)) for one in TIMEOUTS]),
        "you": ([timeout], [you]),
        "p99": p99,
    }
    if len(seen):
        late = 1 - np.searchsorted(seen, TIMEOUTS, side="right") / len(seen)
        drawn["your server, measured"] = (TIMEOUTS, [load(one) for one in late])
    many = f"{tries} tries ({once} × {service} × {gateway})" if tries > 1 else "one try"
    words = (
        f"While all is well the database gets {you:.2f} times its reads. When the cache hangs, a request "
        f"makes {many} and waits {quantity(worst, 's')} at most."
    )
    return drawn, words, {"load": you, "tries": tries}
