"""The latency model against its own definition, its limits, and small simulations of what it describes."""

import math
import random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cachelab.workload import latency
from cachelab.workload.latency import Costs

seconds = st.floats(0, 10, allow_subnormal=False).map(lambda x: round(x, 6))
share = st.floats(0, 1).map(lambda x: round(x, 6))
costs = st.builds(Costs, seconds, seconds, seconds, seconds, seconds)


@given(costs, share)
def test_mean_read_lies_between_a_hit_and_a_miss(c, h):
    assert c.lookup - 1e-9 <= latency.mean_read(c, h) <= c.miss + 1e-9
    assert latency.mean_read(c, 1) == c.lookup
    assert latency.mean_read(c, 0) == c.miss


@given(costs, share, share, share)
def test_more_hits_never_slow_it_down_nor_load_the_database(c, h1, h2, w):
    low, high = sorted((h1, h2))
    assert latency.mean_latency(c, high, w) <= latency.mean_latency(c, low, w) + 1e-9
    assert latency.database_load(high, w) <= latency.database_load(low, w)
    assert 0 <= latency.database_load(h1, w) <= 1


@given(costs, share, share)
def test_break_even_divides_the_hit_ratios_that_pay_from_those_that_do_not(c, h, w):
    assume(c.query + c.fill > 1e-3 and w < 0.999)
    even = latency.break_even(c, w)
    gain = latency.mean_latency_without(c, w) - latency.mean_latency(c, h, w)
    if h > even + 1e-6:
        assert gain > -1e-9
    if h < even - 1e-6:
        assert gain < 1e-9
    if even <= 1:
        assert latency.mean_latency(c, even, w) == pytest.approx(latency.mean_latency_without(c, w), abs=1e-9)


@given(costs, share)
def test_a_cache_no_faster_than_the_database_never_pays(c, h):
    slow = Costs(lookup=c.query, query=c.query, fill=c.fill + 1e-6)
    assert latency.break_even(slow) >= 1
    assert latency.mean_read(slow, h) >= slow.query - 1e-12


@given(share, share, share)
def test_writes_only_ever_cost_hits(h, w1, w2):
    low, high = sorted((w1, w2))
    assert latency.hit_ratio_with_writes(h, high) <= latency.hit_ratio_with_writes(h, low) <= h
    assert latency.hit_ratio_with_writes(h, w1) <= 1 - w1 + 1e-12


@example(4.0, 2.2e-308, 1.0, 1.0)  # more hits than a float can count
@given(st.floats(0.001, 1000), st.floats(0, 1000), st.floats(0.001, 1000), st.floats(1, 10))
def test_a_longer_ttl_never_costs_hits(reads, writes, ttl, factor):
    shorter = latency.hit_ratio_with_ttl(reads, writes, ttl)
    longer = latency.hit_ratio_with_ttl(reads, writes, ttl * factor)
    assert 0 <= shorter <= longer + 1e-12
    assert longer <= reads / (reads + writes) + 1e-12
    assert latency.hit_ratio_with_ttl(reads, writes, math.inf) == pytest.approx(reads / (reads + writes))


def simulate(chance_to_survive, write_share, costs, operations=60_000, seed=4):
    """Cache-aside on one key: (hit ratio, mean seconds per operation, share reaching the database)."""
    rng = random.Random(seed)
    cached, hits, reads, spent, queries = False, 0, 0, 0.0, 0
    for _ in range(operations):
        cached = cached and rng.random() < chance_to_survive
        if rng.random() < write_share:
            spent += costs.write + costs.invalidate
            queries += 1
            cached = False
            continue
        reads += 1
        spent += costs.lookup
        if cached:
            hits += 1
        else:
            spent += costs.query + costs.fill
            queries += 1
            cached = True
    return hits / reads, spent / operations, queries / operations


@pytest.mark.parametrize(("survives", "w"), [(1.0, 0.0), (1.0, 0.1), (0.9, 0.25), (0.5, 0.5), (0.99, 0.02)])
def test_a_simulated_cache_agrees_with_the_formulas(survives, w):
    c = Costs(lookup=0.0003, query=0.004, fill=0.0004, write=0.002, invalidate=0.0003)
    hit_ratio, mean, load = simulate(survives, w, c)
    h = latency.hit_ratio_with_writes(survives, w)
    assert hit_ratio == pytest.approx(h, abs=0.01)
    assert mean == pytest.approx(latency.mean_latency(c, h, w), rel=0.03)
    assert load == pytest.approx(latency.database_load(h, w), abs=0.01)


@pytest.mark.parametrize(("reads", "writes", "ttl"), [(10, 0, 1), (10, 1, 1), (2, 2, 0.5), (100, 5, 60)])
def test_a_simulated_ttl_agrees_with_the_formula(reads, writes, ttl):
    rng = random.Random(7)
    now, expires, hits, misses = 0.0, -1.0, 0, 0
    for _ in range(60_000):
        now += rng.expovariate(reads + writes)
        if rng.random() < writes / (reads + writes):
            expires = -1.0
        elif now < expires:
            hits += 1
        else:
            misses += 1
            expires = now + ttl
    assert hits / (hits + misses) == pytest.approx(latency.hit_ratio_with_ttl(reads, writes, ttl), abs=0.01)


def test_bad_values_are_named():
    with pytest.raises(ValueError, match=r"hit_ratio=90.*0\.9"):
        latency.mean_read(Costs(0.1, 0.1, 0.1), 90)
    with pytest.raises(ValueError, match="query=-1"):
        Costs(lookup=0.1, query=-1, fill=0.1)
    with pytest.raises(ValueError, match="ttl=-5"):
        latency.hit_ratio_with_ttl(1, 1, -5)
    with pytest.raises(ValueError, match="write_share"):
        latency.database_load(0.5, float("nan"))


def test_all_writes_can_never_pay():
    assert latency.break_even(Costs(0.1, 0.1, 0.1, 0.1, 0.1), write_share=1) == math.inf
    assert latency.break_even(Costs(lookup=0.1, query=0, fill=0)) == math.inf
