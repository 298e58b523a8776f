"""What the nodes of a cluster are asked for when one key is hot."""

from statistics import fmean

import pytest

from cachelab.workload.hot_key import reads


def test_a_hot_key_loads_the_node_of_its_slot():
    each = reads(share=0.5, rate=1000, nodes=4)
    assert sorted(each) == pytest.approx([125, 125, 125, 625])


def test_copies_spread_over_nodes_as_their_slots_fall_and_help_nothing_on_one():
    assert reads(0.5, 1000, nodes=1, copies=16) == pytest.approx([1000])
    busiest = {copies: reads(0.5, 1000, nodes=4, copies=copies) for copies in range(1, 17)}
    assert all(sum(each) == pytest.approx(1000) for each in busiest.values())
    assert max(busiest[16]) < max(busiest[1]) / 2
    assert any(max(each) > 1.2 * fmean(each) for copies, each in busiest.items() if copies > 4)


def test_a_near_cache_lets_one_read_through_for_each_process_and_ttl():
    each = reads(share=1, rate=1e6, nodes=1, near=1, processes=50)
    assert each == pytest.approx([50], rel=0.001)
