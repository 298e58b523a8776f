"""Traces: which item each request asks for, as an array of item numbers.

All are drawn from a seed, so that a trace is the same on every run. Real traffic has what these lack: bursts
of one item, and items that are asked for together.
"""

import numpy as np

__all__ = ["bytes_of", "loop", "one_off", "scan", "shares", "shift", "zipf"]

STRANGERS = 10**9  # from this number on, items that nobody asks for twice


def shares(items: int, skew: float = 0.99) -> np.ndarray:
    """Zipf's law: the share of the requests that goes to each item; the k-th gets 1/k**skew of the first."""
    if not (items >= 1 and skew >= 0):
        raise ValueError(f"items={items!r}, skew={skew!r}: 1 item or more, a skew of 0 (all alike) or more")
    weights = 1 / np.arange(1, items + 1) ** skew
    return weights / weights.sum()


def zipf(requests: int, items: int, skew: float = 0.99, seed: int = 1) -> np.ndarray:
    """Independent requests by `shares`; item 0 is the most popular."""
    upto = np.cumsum(shares(items, skew))
    drawn = np.searchsorted(upto, np.random.default_rng(seed).random(requests) * upto[-1], side="right")
    return np.minimum(drawn, items - 1)


def loop(requests: int, items: int) -> np.ndarray:
    """Items 0, 1, … `items` − 1 in turn, again and again: an export, a report, a crawler of one's own."""
    return np.arange(requests) % items


def scan(trace: np.ndarray, items: int, at: float = 0.5) -> np.ndarray:
    """The trace, with `items` items in a row that nobody asks for again, once the share `at` is over."""
    where = int(len(trace) * at)
    return np.insert(trace, where, np.arange(STRANGERS, STRANGERS + items))


def one_off(trace: np.ndarray, share: float, seed: int = 1) -> np.ndarray:
    """The trace, among requests for items asked for only once; these are that `share` of all requests."""
    if not 0 <= share < 1:
        raise ValueError(f"share={share!r}: a share of the requests, from 0 to below 1")
    strangers = round(len(trace) * share / (1 - share))
    where = np.sort(np.random.default_rng(seed).integers(0, len(trace) + 1, strangers))
    return np.insert(trace, where, np.arange(STRANGERS, STRANGERS + strangers))


def shift(trace: np.ndarray, at: float = 0.5) -> np.ndarray:
    """The trace, with other items in the place of each item from the share `at` on: taste has changed."""
    where, items = int(len(trace) * at), int(trace.max()) + 1
    return np.concatenate([trace[:where], trace[where:] + items])


def bytes_of(trace: np.ndarray, median: float = 300, spread: float = 1.5, seed: int = 1) -> np.ndarray:
    """For each request the bytes of its item, always the same for one item.

    The sizes are log-normal: half are below `median`; `spread` is the standard deviation of their logarithm.
    (At 1.5, one in six is above 4.5 times the median, and the mean is 3.1 times it.)
    """
    items, of = np.unique(trace, return_inverse=True)
    drawn = np.random.default_rng(seed).lognormal(np.log(median), spread, len(items))
    return np.maximum(1, drawn).astype(np.int64)[of]
