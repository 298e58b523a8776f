"""XFetch: each reader throws dice, and the nearer the expiry, the likelier one of them refreshes early.

    refresh now  if  now − Δ·β·ln(random()) ≥ expiry

with Δ the seconds that the last load took, stored beside the value, and β = 1 unless there is a reason.
Source: Vattani, Chierichetti, Lowenstein, "Optimal probabilistic cache stampede prevention" (PVLDB 8, 2015).

The formulas below assume reads at random moments, λ per second, and a TTL well above the gap. What it cannot
do: after a flush there is no value to refresh early; a rare key (λΔ below 1) gains nothing; and a Δ ten times
too large refreshes without end.
"""

import math
from collections.abc import Iterable

__all__ = ["EULER", "gap_density", "loads_per_refresh", "mean_gap", "refresh_now", "surprised"]

EULER = 0.5772156649015329


def refresh_now(now: float, expiry: float, delta: float, draw: float, beta: float = 1.0) -> bool:
    """Whether this reader refreshes. `draw` is its own random number from [0, 1); times in seconds."""
    return now - delta * beta * math.log(1 - draw) >= expiry


def gap_density(gaps: Iterable[float], reads: float, delta: float, beta: float = 1.0) -> list[float]:
    """How likely the first early refresh comes so many seconds before the expiry: a density per second.

    A reader s seconds before it refreshes with the chance e^(−s/βΔ), so refreshes come at the rate
    λe^(−s/βΔ), and the first is Gumbel: P(gap < g) = exp(−λβΔ·e^(−g/βΔ)).
    """
    scale = beta * delta
    rates = (reads * math.exp(-gap / scale) for gap in gaps)
    return [rate * math.exp(-scale * rate) for rate in rates]


def mean_gap(reads: float, delta: float, beta: float = 1.0) -> float:
    """Seconds before its expiry at which a value is refreshed, on average: βΔ(ln(λβΔ) + 0.577)."""
    return max(0.0, beta * delta * (math.log(reads * beta * delta) + EULER))


def surprised(reads: float, delta: float, beta: float = 1.0) -> float:
    """The chance that nobody refreshes in time and the value expires: exp(−λβΔ)."""
    return math.exp(-reads * beta * delta)


def loads_per_refresh(beta: float = 1.0) -> float:
    """Loads each time a value is refreshed: e^(1/β), whatever the traffic.

    While the first load runs, Δ seconds, others refresh too, and likelier the nearer the expiry: on average
    1 + ∫ λe^(−s/βΔ) ds over those Δ seconds, and the mean of λβΔ·e^(−gap/βΔ) is 1. With β = 1 that is 2.7;
    for a single load it takes a lock besides.
    """
    return math.exp(1 / beta)
