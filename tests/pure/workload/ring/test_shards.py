"""Slots, and what the shards of a cluster get when keys are not equally popular."""

import numpy as np
import pytest
from redis.crc import key_slot

from cachelab.cloud.plane.slots import shares
from cachelab.workload import trace
from cachelab.workload.ring import SLOTS, shard_of, slot_of
from cachelab.workload.ring.shards import load, worth_having
from cachelab.workload.ring.slots import shard_at


@pytest.mark.parametrize(
    "key",
    ["user:42", "{user:42}:cart", "cart:{user:42}", "{}x", "x{}y", "{a}{b}", "{{a}}", "}{", "a{", "a}b{c}"]
    + ["größe", "{größe}:x", "", "{", "{}", "x{}{a}"],
)
def test_slots_are_redis_py_s(key):
    assert slot_of(key) == key_slot(key.encode())


def test_shards_hold_the_runs_of_slots_that_the_clusters_deal_out():
    slots = np.arange(SLOTS)
    for shards in range(1, 91):
        found = shard_at(slots, shards)
        for number, (first, last) in enumerate(shares(shards)):
            assert set(found[first : last + 1]) == {number}
    assert shard_of("user:44865", 3) == 1 and slot_of("user:44865") == 5461  # the first of the second shard


def test_the_hottest_shard_is_never_below_the_hottest_key():
    for skew in (0.6, 0.99, 1.2):
        first = trace.shares(100_000, skew)[0]
        assert worth_having(skew) == pytest.approx(1 / first)
        for shards in (1, 3, 12, 60):
            found = load(shards, skew)
            assert found.shares.sum() == pytest.approx(1)
            assert found.shares.max() >= first and found.served <= worth_having(skew) + 1e-9
            assert found.served == pytest.approx(shards / found.uneven)


@pytest.mark.parametrize(("skew", "shards", "told"), [(0.6, 30, 1.14), (0.99, 3, 1.22), (0.99, 30, 3.38)])
def test_real_slots_are_as_uneven_as_slots_drawn_at_random(skew, shards, told):
    draw, popularity = np.random.default_rng(1), trace.shares(100_000, skew)
    drawn = [
        np.bincount(draw.integers(0, shards, 100_000), popularity).max() * shards for _ in range(40)
    ]  # fmt: skip
    assert np.mean(drawn) == pytest.approx(told, rel=0.1)
    assert min(drawn) * 0.95 < load(shards, skew).uneven < max(drawn) * 1.05


def test_near_caches_take_the_hottest_away():
    bare, near = load(12), load(12, near=100)
    assert near.served > 2 * bare.served and near.hottest_key < bare.hottest_key / 50
    assert worth_having(near=100) > 50 * worth_having()
    everything = load(3, keys=1000, near=1000)
    assert everything.served == float("inf") and everything.uneven == 1 and everything.hottest_key == 0
    with pytest.raises(ValueError, match="near=11"):
        load(3, keys=10, near=11)
