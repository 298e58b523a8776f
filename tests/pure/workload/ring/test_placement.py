"""Where keys live: what each rule moves and how evenly it shares, beside the formulas."""

import math
import random
import statistics
from itertools import pairwise

import pytest

from cachelab.workload.ring import bounded, formulas, jump, modulo, moved, rendezvous, ring, shares
from cachelab.workload.ring.placement import bucket

TEN = [f"node {number}" for number in range(10)]
MORE, FEWER = [*TEN, "node 10"], TEN[:3] + TEN[4:]
KEYS = [f"user:{number}" for number in range(4000)]
RULES = {"modulo": modulo, "ring": ring, "rendezvous": rendezvous, "jump": jump}
JOINS = {"modulo": formulas.modulo_joining(10)}
LEAVES = {"modulo": formulas.modulo_leaving(10), "jump": formulas.jump_moved(10, 3)}


@pytest.mark.parametrize("name", RULES)
def test_what_moves_is_what_the_formula_says(name):
    rule = RULES[name]
    room = 0.05 if name == "ring" else 0.02  # a ring's new node has a random share of it
    joins = moved(rule(TEN), rule(MORE), KEYS)
    assert joins == pytest.approx(JOINS.get(name, formulas.least_joining(10)), abs=room)
    leaves = moved(rule(TEN), rule(FEWER), KEYS)
    assert leaves == pytest.approx(LEAVES.get(name, formulas.least_leaving(10)), abs=room)


@pytest.mark.parametrize("name", ["ring", "rendezvous", "jump"])
def test_a_new_node_takes_keys_and_the_old_ones_exchange_none(name):
    before, after = RULES[name](TEN), RULES[name](MORE)
    assert {after(key) for key in KEYS if before(key) != after(key)} == {"node 10"}


@pytest.mark.parametrize("name", ["ring", "rendezvous"])
def test_only_the_keys_of_a_node_that_leaves_move(name):
    before, after = RULES[name](TEN), RULES[name](FEWER)
    assert {before(key) for key in KEYS if before(key) != after(key)} == {"node 3"}


def test_jump_moves_the_least_only_if_the_last_leaves():
    assert moved(jump(TEN), jump(TEN[:9]), KEYS) == pytest.approx(formulas.jump_moved(10, 9), abs=0.02)
    every = [formulas.jump_moved(10, place) for place in range(10)]
    assert all(later < earlier for earlier, later in pairwise(every)) and every[9] == pytest.approx(0.1)


@pytest.mark.parametrize("name", ["modulo", "rendezvous", "jump"])
def test_they_share_as_evenly_as_a_die(name):
    spread = statistics.pstdev(shares(RULES[name](TEN), TEN, KEYS).values())
    assert spread < 2.5 * formulas.even_spread(10, len(KEYS))


@pytest.mark.parametrize("points", [1, 10, 100])
def test_a_ring_shares_by_its_points(points):
    found = []
    for seed in range(120):
        draw = random.Random(seed)
        at = sorted((draw.random(), node) for node in range(10) for _ in range(points))
        arcs = [0.0] * 10
        for (start, _), (end, node) in pairwise([(at[-1][0] - 1, 0), *at]):
            arcs[node] += 10 * (end - start)
        found.append(statistics.pvariance(arcs))
    assert math.sqrt(statistics.mean(found)) == pytest.approx(formulas.ring_spread(10, points), rel=0.12)
    measured = statistics.pstdev(shares(ring(TEN, points), TEN, KEYS).values())
    assert measured < 3 * formulas.ring_spread(10, points)


def test_bounded_loads_are_bounded_and_move_little():
    before, after = bounded(TEN, KEYS, 0.1), bounded(MORE, KEYS, 0.1)
    for place, nodes in ((before, TEN), (after, MORE)):
        assert max(shares(place, nodes, KEYS).values()) <= 1.1 + 0.01
    assert moved(before, after, KEYS) < 0.25
    with pytest.raises(KeyError):
        before("user:unknown")


def test_weights_decide_the_shares_and_a_change_concerns_its_node_only():
    small = {"a": 6.38, "b": 6.38, "c": 13.07}
    large = small | {"b": 13.07}
    before, after = rendezvous(small), rendezvous(large)
    held = shares(before, list(small), KEYS)
    for node, weight in small.items():
        assert held[node] == pytest.approx(3 * weight / sum(small.values()), abs=0.1)
    assert {after(key) for key in KEYS if before(key) != after(key)} == {"b"}
    equal = rendezvous(dict.fromkeys(TEN, 2.0))
    assert all(equal(key) == rendezvous(TEN)(key) for key in KEYS[:300])


def test_order_and_process_change_nothing():
    place = {key: rendezvous(TEN)(key) for key in KEYS[:100]}
    assert place == {key: rendezvous(TEN[::-1])(key) for key in place}
    assert ring(TEN)("user:42") == ring(TEN[::-1])("user:42")
    here = [rule(TEN)("user:1") for rule in (modulo, ring, jump)]
    assert here == ["node 8", "node 3", "node 1"]  # as in any other process


def test_jump_s_buckets_are_those_of_other_implementations():
    """The numbers that lithammer/go-jump-consistent-hash and others test with."""
    told = {(1, 1): 0, (42, 57): 43, (0xDEAD10CC, 1): 0, (0xDEAD10CC, 666): 361, (256, 1024): 520}
    assert {asked: bucket(*asked) for asked in told} == told


def test_what_makes_no_sense_is_refused():
    for bad in ([], ["a", "a"]):
        with pytest.raises(ValueError, match="each of them once"):
            modulo(bad)
    with pytest.raises(ValueError, match="b: 0: a weight is above 0"):
        rendezvous({"a": 1, "b": 0})
    with pytest.raises(ValueError, match="points=0"):
        ring(TEN, 0)
    with pytest.raises(ValueError, match="slack=0"):
        bounded(TEN, KEYS, 0)
    with pytest.raises(ValueError, match="the first of 10"):
        formulas.jump_moved(10, 10)
