"""Traces: which item each request asks for, as a list of item numbers.

All are drawn from a seed, so that a trace is the same on every run. Real traffic has what these lack: bursts
of one item, and items that are asked for together.
"""

from __future__ import annotations

import math
import random
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["bytes_of", "loop", "one_off", "scan", "shares", "shift", "weights", "zipf"]

STRANGERS = 10**9  # from this number on, items that nobody asks for twice


def weights(items: int, skew: float = 0.99) -> list[float]:
    """Zipf's law: how often each item is asked for, the first once: the k-th 1/k**skew times."""
    if not (items >= 1 and skew >= 0):
        raise ValueError(f"items={items!r}, skew={skew!r}: 1 item or more, a skew of 0 (all alike) or more")
    return [1 / k**skew for k in range(1, items + 1)]


def shares(items: int, skew: float = 0.99) -> np.ndarray:
    """The share of all requests that goes to each item, by Zipf's law."""
    import numpy as np  # here: a browser has none

    weighed = np.array(weights(items, skew))
    return weighed / weighed.sum()


def zipf(requests: int, items: int, skew: float = 0.99, seed: int = 1) -> list[int]:
    """Independent requests by `shares`; item 0 is the most popular."""
    upto = list(accumulate(weights(items, skew)))
    return random.Random(seed).choices(range(items), cum_weights=upto, k=requests)


def loop(requests: int, items: int) -> list[int]:
    """Items 0, 1, … `items` − 1 in turn, again and again: an export, a report, a crawler of one's own."""
    return [number % items for number in range(requests)]


def scan(trace: list[int], items: int, at: float = 0.5) -> list[int]:
    """The trace, with `items` items in a row that nobody asks for again, once the share `at` is over."""
    where = int(len(trace) * at)
    return [*trace[:where], *range(STRANGERS, STRANGERS + items), *trace[where:]]


def one_off(trace: list[int], share: float, seed: int = 1) -> list[int]:
    """The trace, among requests for items asked for only once; these are that `share` of all requests."""
    if not 0 <= share < 1:
        raise ValueError(f"share={share!r}: a share of the requests, from 0 to below 1")
    strangers = round(len(trace) * share / (1 - share))
    places = sorted(random.Random(seed).choices(range(len(trace) + 1), k=strangers))
    mixed, done = [], 0
    for stranger, place in enumerate(places, STRANGERS):
        mixed += [*trace[done:place], stranger]
        done = place
    return mixed + trace[done:]


def shift(trace: list[int], at: float = 0.5) -> list[int]:
    """The trace, with other items in the place of each item from the share `at` on: taste has changed."""
    where, items = int(len(trace) * at), max(trace) + 1
    return trace[:where] + [item + items for item in trace[where:]]


def bytes_of(trace: list[int], median: float = 300, spread: float = 1.5, seed: int = 1) -> list[int]:
    """For each request the bytes of its item, always the same for one item.

    The sizes are log-normal: half are below `median`; `spread` is the standard deviation of their logarithm.
    (At 1.5, one in six is above 4.5 times the median, and the mean is 3.1 times it.)
    """
    chance = random.Random(seed)
    size = {item: max(1, int(chance.lognormvariate(math.log(median), spread))) for item in sorted(set(trace))}
    return [size[item] for item in trace]
