"""Staleness and its price, against a simulation of one item."""

import random

import pytest

from cachelab.workload import staleness


def simulated(reads, writes, ttl, requests=60_000):
    chance, now, filled, written = random.Random(1), 0.0, -1e9, -1e9
    following = chance.expovariate(writes)
    misses = stale = 0
    for _ in range(requests):
        now += chance.expovariate(reads)
        while following <= now:
            written, following = following, following + chance.expovariate(writes)
        if now - filled >= ttl:
            filled, misses = now, misses + 1
        else:
            stale += written > filled
    return misses / requests, stale / (requests - misses)


@pytest.mark.parametrize(("reads", "writes", "ttl"), [(10, 1, 0.05), (10, 1, 0.2), (10, 1, 1), (2, 1, 3)])
def test_the_share_of_stale_hits(reads, writes, ttl):
    misses, stale = simulated(reads, writes, ttl)
    assert staleness.stale_share(writes, ttl) == pytest.approx(stale, abs=0.02)
    assert staleness.cost(reads, writes, ttl, 3) == pytest.approx(misses + 3 * (1 - misses) * stale, abs=0.06)


def test_small_exponents_are_half():
    assert staleness.stale_share(1e-4, 1e-4) == pytest.approx(0.5e-8)
    assert staleness.stale_share(0, 100) == 0


@pytest.mark.parametrize("reads", [1, 10, 100])
@pytest.mark.parametrize("weight", [1, 10])
def test_the_best_ttl_costs_next_to_the_least(reads, weight):
    writes = 0.01
    least = min(staleness.cost(reads, writes, ttl / 10, weight) for ttl in range(1, 3000))
    assert staleness.cost(reads, writes, staleness.best_ttl(reads, writes, weight), weight) < 1.05 * least


def test_hotter_keys_deserve_shorter_ttls():
    assert staleness.best_ttl(100, 0.01, 1) < staleness.best_ttl(1, 0.01, 1)
    assert staleness.best_ttl(1, 0, 1) == float("inf")


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="writes=-1"):
        staleness.stale_share(-1, 1)
