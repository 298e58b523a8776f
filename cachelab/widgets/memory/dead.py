"""Dead keys that still take room, second by second."""

from cachelab.workload.reclaim import dead_left, looked_at, tolerated

from ..chart.bench import Bench, Slider
from ..chart.figure import Figure

__all__ = ["dead"]

SECONDS = 20.0


def dead(seconds=(), left=()) -> Bench:
    """A share of the keys runs out at moment 0; `left`: the share of these a real server still held."""

    def model(keys: int, share: float, effort: int):
        ran_out = round(keys * share)
        moments, still = dead_left(keys, ran_out, SECONDS, effort)
        seen = f"It looks at {looked_at(effort)} keys or a few more, ten times a second"
        words = f"{seen}, and on while more than {tolerated(effort):.0%} of them were dead. "
        words += f"After {SECONDS:g} s, {still[-1]:,.0f} of {ran_out:,} dead keys still take room."
        return {"model": (moments, still / max(1, ran_out))}, words

    controls = [
        Slider("keys", stops=[1000, 10_000, 100_000, 300_000], value=100_000, label="keys with a TTL"),
        Slider("share", 0.01, 0.6, 0.05, step=0.01, unit="%", label="of them run out now"),
        Slider("effort", 1, 10, 1, step=1, label="active-expire-effort"),
    ]
    chart = Figure(
        "Dead keys not yet freed",
        x="seconds since they ran out",
        y="of the dead",
        y_unit="%",
        x_range=(0, SECONDS),
        y_range=(0, 1.05),
    )
    chart.line("model")
    if len(seconds):
        chart.points("your server, 5%", seconds, left, shape="cross")
    return Bench(model, controls, chart)
