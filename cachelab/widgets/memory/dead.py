"""Dead keys that still take room: for how long?"""

from cachelab.workload.reclaim import CYCLE, dead_left, looked_at, tolerated

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure
from ..quantity import quantity

__all__ = ["dead"]

SECONDS = 1000.0
DRAWN = sorted({round((SECONDS / CYCLE) ** (n / 199)) for n in range(200)})  # of the moments, cycle by cycle


def dead(seconds=(), left=()) -> Bench:
    """A share of the keys runs out at moment 0; `left`: the share of these a real server still held when a
    twentieth of 100,000 did."""

    def model(keys: int, share: float, effort: int):
        ran_out = round(keys * share)
        moments, still = dead_left(keys, ran_out, SECONDS, effort)
        words = f"It looks at {looked_at(effort)} keys or a few more, ten times a second, and on while more "
        words += f"than {tolerated(effort):.0%} of them were dead. Of {ran_out:,} dead keys, "
        half, none = (moments[still <= ran_out * part] for part in (0.5, 0))
        words += f"half are gone after {quantity(half[0], 's')}, " if len(half) else "fewer than half are, "
        words += f"all after {quantity(none[0], 's')}." if len(none) else f"{still[-1]:,.0f} stay for longer."
        return {"model": (moments[DRAWN], still[DRAWN] / max(1, ran_out))}, words

    controls = [
        Slider("keys", stops=[1000, 10_000, 100_000, 300_000], value=100_000, label="keys with a TTL"),
        Slider("share", 0.01, 0.6, 0.05, step=0.01, unit="%", label="of them run out now"),
        Slider("effort", 1, 10, 1, step=1, label="active-expire-effort"),
    ]
    chart = Figure(
        "Dead keys not yet freed",
        x="seconds since they ran out",
        x_scale="log",
        x_range=(CYCLE, SECONDS),
        y="of the dead",
        y_unit="%",
        y_range=(0, 1.05),
    )
    chart.line("model")
    if len(seconds):
        chart.points("your server, 5%", seconds, left, shape="cross")
    return Bench(model, controls, chart)
