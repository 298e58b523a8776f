"""Hit ratio against memory and TTL, without simulating every request.

All but the last assume *independent requests*: each item is asked for at its own rate, at random moments.
`rates` are requests per second, one per item, in any order. Where only memory matters, shares will do
(`trace.shares`), because the hit ratio then depends on their proportions alone. Correlated traffic hits more
often. Items are alike in size; `size` counts items.

`miniature` assumes nothing about the traffic: it simulates a policy on a sample of the items.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from cachelab.workload.policies import Policy

__all__ = [
    "Steady",
    "characteristic_time",
    "fifo",
    "lru",
    "lru_with_ttl",
    "miniature",
    "sample",
    "ttl_only",
]

BINS = 400  # items of nearly the same rate are worked out together
HALVINGS = 40
STEPS = 24  # per characteristic time, where a lifetime is integrated
BLOCKS = 12  # characteristic times after which what is left fades exponentially


class Steady(NamedTuple):
    """Where a cache settles."""

    hit_ratio: float
    entries: float  # live entries held
    window: float  # seconds without a use after which LRU evicts; inf: memory never binds


def lru(rates: np.ndarray, size):
    """The hit ratio of LRU with room for `size` items (a number or an array of them).

    Che's approximation: an item stays if it is asked for again within the characteristic time T, the same for
    all; T is where the items asked for within T just fill the cache, Σ(1 − e^(−λT)) = size. Then

        h = Σ λ(1 − e^(−λT)) / Σ λ

    Source: Che, Tung, Wang, "Hierarchical web caching systems" (IEEE JSAC 20(7), 2002). Error below a point
    from some hundred items on.
    """
    return _ratio(rates, size, _used_within)


def fifo(rates: np.ndarray, size):
    """The hit ratio of FIFO, and of random eviction: a hit does not prolong a stay.

    An item is held for T after each miss, so for the share λT/(1 + λT) of the time; T from Σ = size.
    Source: Martina, Garetto, Leonardi, "A unified approach to the performance analysis of caching systems"
    (INFOCOM 2014).
    """
    return _ratio(rates, size, lambda x: x / (1 + x))


def characteristic_time(rates: np.ndarray, size):
    """Seconds without a use after which LRU with room for `size` items evicts; inf if all items fit."""
    rate, count = _binned(rates)
    sizes = np.asarray(size, float)
    window = _window(rate, count, np.atleast_1d(sizes), _used_within)
    return window if sizes.ndim else float(window[0])


def ttl_only(rates: np.ndarray, ttl: float) -> Steady:
    """A TTL from the fill, memory without end: each item is there for the share λT/(1 + λT) of the time."""
    rate, count = _binned(rates)
    held = rate * ttl / (1 + rate * ttl)
    ratio = float((count * rate * held).sum() / (count * rate).sum())
    return Steady(ratio, float((count * held).sum()), np.inf)


def lru_with_ttl(rates: np.ndarray, size: float, ttl: float) -> Steady:
    """LRU with room for `size` items that live `ttl` seconds from their fill; `rates` must be per second.

    An entry ends by its TTL or by not being used for the characteristic time C, whichever comes first. The
    chance S(s) that it is still there s seconds after its fill is 1 up to C, drops by e^(−λC) there, and then
    falls with S′(s) = −λ e^(−λC) S(s − C). With I = ∫₀ᵀ S ds the item's hit ratio, and the share of the time
    it is there, is λI/(1 + λI); C is where these fill the cache. Assumed: the dead take no room. In a real
    Valkey they do, about a fifth of it (see `policies.Valkey`): hand over what is left for the living.
    """
    rate, count = _binned(rates, 120)
    total = (count * rate).sum()
    if not ttl > 0:
        raise ValueError(f"ttl={ttl!r}: seconds above 0; inf for none")
    if ttl == np.inf:
        return Steady(lru(rates, size), min(size, len(rates)), characteristic_time(rates, size))
    unlimited = ttl_only(rates, ttl)
    if unlimited.entries <= size:
        return unlimited
    low = characteristic_time(rates, size)  # a TTL makes room, so that the others may stay longer
    high = min(2 * low, ttl)
    while high < ttl and _there(rate, high, ttl) @ count < size:
        low, high = high, min(2 * high, ttl)
    for _ in range(14):
        window = (low + high) / 2
        held = _there(rate, window, ttl)
        low, high = (window, high) if held @ count < size else (low, window)
    return Steady(float((count * rate * held).sum() / total), float(held @ count), window)


def sample(trace: Sequence[int], rate: float, seed: int = 1) -> np.ndarray:
    """The requests for a share `rate` of the items, chosen by a hash of the item's number (SHARDS)."""
    items = np.asarray(trace)
    mixed = items.astype(np.uint64) + np.uint64(seed * 0x9E3779B97F4A7C15 & (1 << 64) - 1)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64
        mixed = (mixed ^ mixed >> np.uint64(shift)) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return items[mixed >> np.uint64(40) < np.uint64(rate * (1 << 24))]


def miniature(
    policy: Callable[[int], Policy], trace: Sequence[int], capacity: int, rate: float = 0.1, seed: int = 1
) -> float:
    """The hit ratio of `policy` with room for `capacity` items, from a sample: 1/rate times less work.

    Items are sampled, not requests, and the cache is made smaller in the same proportion. Corrected as in
    SHARDS-adj: requests that the sample has too many or too few of are taken to be hits of the hottest items,
    for those are what a sample misses or doubles. Without the correction one hot item spoils it.
    Sources: Waldspurger et al., "Efficient MRC construction with SHARDS" (FAST 2015) and "Cache modeling and
    optimization using miniature simulations" (ATC 2017). Below some hundred sampled items it is a guess.
    """
    if not 0 < rate <= 1:
        raise ValueError(f"rate={rate!r}: the share of the items to look at, above 0 and up to 1")
    sampled = sample(trace, rate, seed)
    wanted = len(trace) * rate
    hits = policy(max(1, round(capacity * rate))).run(sampled).sum()
    return float(min(1.0, max(0.0, (hits + wanted - len(sampled)) / wanted)))


def _used_within(x):
    """The chance of a use within x mean gaps."""
    return -np.expm1(-x)


def _ratio(rates, size, held):
    rate, count = _binned(rates)
    sizes = np.asarray(size, float)
    window = _window(rate, count, np.atleast_1d(sizes), held)
    there = held(np.multiply.outer(rate, np.where(np.isinf(window), 0, window)))
    there[:, np.isinf(window)] = 1
    ratio = (count * rate) @ there / (count * rate).sum()
    return ratio if sizes.ndim else float(ratio[0])


def _window(rate, count, sizes, held) -> np.ndarray:
    """For each size the T at which Σ held(rate·T) is that size; inf where all items fit."""
    if not (sizes > 0).all():
        raise ValueError(f"size={sizes.min():g}: room for at least a part of an item")
    fits = sizes >= count.sum()
    wanted = np.where(fits, count.sum() / 2, sizes)
    low, high = np.full(len(sizes), -60.0), np.full(len(sizes), 60.0)  # powers of e, in mean gaps
    scale = count.sum() / (count * rate).sum()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        full = count @ held(np.multiply.outer(rate, scale * np.exp(middle))) < wanted
        low, high = np.where(full, middle, low), np.where(full, high, middle)
    return np.where(fits, np.inf, scale * np.exp((low + high) / 2))


def _binned(rates, bins: int = BINS) -> tuple[np.ndarray, np.ndarray]:
    """Rates in groups of nearly equal ones: (mean rate, how many). The hottest 200 stay alone."""
    rates = np.sort(np.asarray(rates, float))[::-1]
    if not len(rates) or rates[-1] < 0 or rates[0] <= 0:
        raise ValueError("rates: requests per second of at least one item, none below 0")
    items = len(rates)
    alone = min(items, bins // 2)
    edges = np.concatenate([np.arange(alone), np.geomspace(alone, items, bins).round().astype(int)])
    edges = np.unique(edges)
    edges = edges[edges < items]
    count = np.diff(np.append(edges, items))
    return np.add.reduceat(rates, edges) / count, count


def _there(rate: np.ndarray, window: float, ttl: float) -> np.ndarray:
    """The share of the time that an item of each rate is there."""
    lives = rate * _lifetime(rate, window, ttl)
    return lives / (1 + lives)


def _lifetime(rate: np.ndarray, window: float, ttl: float) -> np.ndarray:
    """∫₀ᵗᵗˡ S(s) ds for each rate: see `lru_with_ttl`. One block is one window, worked out in STEPS."""
    if ttl <= window:
        return np.full_like(rate, ttl)
    fade = np.exp(-rate * window)
    step = window / STEPS
    there = np.ones((STEPS + 1, len(rate)))
    start = 1 - fade
    total, at = np.full_like(rate, window), window
    for _ in range(BLOCKS):
        area = np.vstack([np.zeros(len(rate)), np.cumsum((there[1:] + there[:-1]) / 2, axis=0) * step])
        there = np.maximum(start - rate * fade * area, 0)
        inside = np.vstack([np.zeros(len(rate)), np.cumsum((there[1:] + there[:-1]) / 2, axis=0) * step])
        if ttl <= at + window:
            steps, part = divmod((ttl - at) / step, 1)
            first = min(int(steps), STEPS - 1)
            part = part if steps < STEPS else 1.0
            return total + inside[first] + (inside[first + 1] - inside[first]) * part
        total, at, start = total + inside[-1], at + window, there[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        decay = np.log(np.maximum(there[0], 1e-300) / np.maximum(there[-1], 1e-300)) / window
        left = there[-1] * np.where(decay > 0, -np.expm1(-decay * (ttl - at)) / decay, ttl - at)
    return total + left
