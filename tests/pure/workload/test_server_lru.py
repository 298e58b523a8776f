"""The models of the servers' LRU, on traces whose answer is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.workload.server_lru import MemcachedLRU, ValkeyLRU, replay, zipf

KEYS = st.lists(st.integers(0, 40).map(str), max_size=300)


def ratio(model, trace, per_second=float("inf")) -> float:
    times = [i * 20 / per_second for i in range(len(trace))]
    return replay(trace, model.read, model.store, times=times).hit_ratio


@given(KEYS, st.sampled_from([ValkeyLRU, MemcachedLRU]), st.integers(5, 30))
def test_never_holds_more_than_fits_and_has_what_it_says(trace, policy, capacity):
    model, held = policy(capacity), set()
    for i, key in enumerate(trace):
        [there] = model.read([key], i / 7)
        if not there:
            model.store([key], i / 7)
            assert model.read([key], i / 7) == [True]
        held.add(key)
        inside = [key for key in held if any(model.read([key], i / 7))]
        assert len(inside) == min(capacity, len(held))


@pytest.mark.parametrize("policy", [ValkeyLRU, MemcachedLRU])
def test_whatever_fits_stays(policy):
    trace = [str(i) for i in range(50)] * 4
    assert ratio(policy(50), trace) == 0.75


def test_valkeys_clock_decides():
    """Over seconds it is nearly LRU; within one tick it is no better than random."""
    trace = zipf(20_000, keys=5_000)
    quick, slow = ratio(ValkeyLRU(500), trace), ratio(ValkeyLRU(500), trace, per_second=200)
    assert slow - quick > 0.02


def test_more_samples_are_nearer_to_lru():
    trace = zipf(10_000, keys=3_000)
    assert ratio(ValkeyLRU(300, samples=20), trace, 100) > ratio(ValkeyLRU(300, samples=1), trace, 100)


def test_memcached_outlasts_a_scan_that_lru_would_not():
    popular = [str(i) for i in range(30)]
    model = MemcachedLRU(100)
    model.store(popular)
    for _ in range(2):
        model.read(popular)
    model.store([f"scan:{i}" for i in range(1000)])
    assert all(model.read(popular))


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="capacity=3, samples=5"):
        ValkeyLRU(3)
    with pytest.raises(ValueError, match="capacity=2: the lists need room"):
        MemcachedLRU(2)
