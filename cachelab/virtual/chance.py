"""Durations that vary: functions that draw seconds from a `random.Random`."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from statistics import NormalDist

Draw = Callable[[Random], float]


def exponential(mean: float) -> Draw:
    """Memoryless: often short, seldom long. `mean` in seconds."""
    _positive(mean=mean)
    return lambda chance: chance.expovariate(1.0 / mean)


def uniform(least: float, most: float) -> Draw:
    """Anything between `least` and `most` seconds, all equally likely."""
    if not 0 <= least <= most:
        raise ValueError(f"uniform({least!r}, {most!r}): 0 ≤ least ≤ most must hold.")
    return lambda chance: chance.uniform(least, most)


def lognormal(median: float, p99: float) -> Draw:
    """Half of all draws are below `median` seconds, one in a hundred is above `p99`: latencies look like
    that.
    """
    _positive(median=median)
    if p99 <= median:
        raise ValueError(f"lognormal(median={median!r}, p99={p99!r}): p99 lies above the median.")
    mu, sigma = math.log(median), math.log(p99 / median) / NormalDist().inv_cdf(0.99)
    return lambda chance: chance.lognormvariate(mu, sigma)


def sometimes(usual: float, share: float, seldom: float) -> Draw:
    """`usual` seconds, and `seldom` seconds in this share of all draws."""
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r}: a share lies between 0 and 1.")
    return lambda chance: seldom if chance.random() < share else usual


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name}={value!r}: a duration is a positive number of seconds.")
