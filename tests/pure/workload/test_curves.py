"""Formulas against simulations of the same traffic."""

import itertools
from collections import OrderedDict

import numpy as np
import pytest

from cachelab.workload import curves, trace
from cachelab.workload.policies import FIFO, LRU, Random

KEYS = 5000
SHARES = trace.shares(KEYS)
REQUESTS = trace.zipf(200_000, KEYS)


def settled(policy):
    return policy.run(REQUESTS)[50_000:].mean()


@pytest.mark.parametrize("size", [50, 500, 2500])
def test_lru_fifo_and_random(size):
    assert curves.lru(SHARES, size) == pytest.approx(settled(LRU(size)), abs=0.008)
    assert curves.fifo(SHARES, size) == pytest.approx(settled(FIFO(size)), abs=0.008)
    assert curves.fifo(SHARES, size) == pytest.approx(settled(Random(size)), abs=0.008)


def test_a_curve_of_many_sizes_rises_from_nothing_to_all():
    sizes = np.array([1, 10, 100, 1000, KEYS, 2 * KEYS])
    for curve in (curves.lru, curves.fifo):
        ratios = curve(SHARES, sizes)
        assert (np.diff(ratios) >= 0).all() and ratios[-2:] == pytest.approx(1)
        assert ratios[2] == pytest.approx(curve(SHARES, 100))
    # At best it holds the most popular for good.
    assert all(curves.lru(SHARES, size) <= SHARES[:size].sum() for size in (10, 100, 1000))


def test_only_proportions_matter_without_a_ttl():
    assert curves.lru(SHARES * 300, 500) == pytest.approx(curves.lru(SHARES, 500))
    windows = [curves.characteristic_time(SHARES * rate, 500) for rate in (1, 300)]
    assert windows[0] == pytest.approx(300 * windows[1])
    assert curves.characteristic_time(SHARES, KEYS) == np.inf


def simulated(rate, size, ttl, skew):
    """The settled hit ratio of LRU whose entries live `ttl` seconds from their fill."""
    keys = trace.zipf(150_000, KEYS, skew)
    moments = np.cumsum(np.random.default_rng(2).exponential(1 / rate, len(keys)))
    held, hits = OrderedDict(), 0
    for number, (key, now) in enumerate(zip(keys, moments.tolist(), strict=True)):
        if held.get(key, 0) > now:
            held.move_to_end(key)
            hits += number >= 50_000
        else:
            for dead in [other for other in itertools.islice(held, 5) if held[other] <= now]:
                del held[dead]
            held.pop(key, None)
            held[key] = now + ttl
            if len(held) > size:
                held.popitem(last=False)
    return hits / 100_000


@pytest.mark.parametrize("skew", [0.7, 1.1])
@pytest.mark.parametrize("size", [300, 1500])
@pytest.mark.parametrize("ttl", [1, 5, 30])
def test_lru_with_a_ttl(skew, size, ttl):
    rates = trace.shares(KEYS, skew) * 1000
    assert curves.lru_with_ttl(rates, size, ttl).hit_ratio == pytest.approx(
        simulated(1000, size, ttl, skew), abs=0.012
    )


def test_a_ttl_and_a_limit_are_worse_than_either_alone():
    rates = SHARES * 1000
    both = curves.lru_with_ttl(rates, 1000, 5)
    assert both.hit_ratio < min(curves.lru(rates, 1000), curves.ttl_only(rates, 5).hit_ratio)
    assert both.entries == pytest.approx(1000, rel=0.01)
    assert both.window > curves.characteristic_time(rates, 1000)
    roomy = curves.lru_with_ttl(rates, KEYS, 5)
    assert roomy == curves.ttl_only(rates, 5) and roomy.window == np.inf
    endless = curves.lru_with_ttl(rates, 1000, np.inf)
    assert endless.hit_ratio == pytest.approx(curves.lru(rates, 1000))
    assert curves.lru_with_ttl(rates, 1000, 1e6).hit_ratio == pytest.approx(endless.hit_ratio, abs=0.002)


def test_a_sample_keeps_whole_items():
    kept = curves.sample(REQUESTS, 0.1)
    items = set(kept.tolist())
    assert len(items) == pytest.approx(len(set(REQUESTS)) * 0.1, rel=0.2)
    assert len(kept) == np.isin(REQUESTS, list(items)).sum()
    assert set(curves.sample(REQUESTS, 0.1, seed=2).tolist()) != items


def test_a_miniature_is_near_and_its_correction_matters():
    requests = trace.zipf(300_000, 50_000)
    exact = LRU(5000).run(requests).mean()
    mini = [curves.miniature(LRU, requests, 5000, 0.1, seed) for seed in range(6)]
    assert np.abs(np.array(mini) - exact).mean() < 0.02
    plain = [LRU(500).run(curves.sample(requests, 0.1, seed)).mean() for seed in range(6)]
    assert np.abs(np.array(plain) - exact).mean() > 2 * np.abs(np.array(mini) - exact).mean()
    assert curves.miniature(LRU, requests, 5000, 1.0) == pytest.approx(exact)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="size=0"):
        curves.lru(SHARES, 0)
    with pytest.raises(ValueError, match="at least one item"):
        curves.lru(np.array([]), 5)
    with pytest.raises(ValueError, match="ttl=0"):
        curves.lru_with_ttl(SHARES, 5, 0)
    with pytest.raises(ValueError, match="rate=0"):
        curves.miniature(LRU, REQUESTS, 500, 0)
