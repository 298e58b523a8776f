"""The active expiry cycle: what it leaves, and what it is told."""

import numpy as np
import pytest

from cachelab.workload.reclaim import dead_left, goes_on, looked_at, tolerated


def test_few_dead_among_many_stay():
    _, left = dead_left(100_000, 5000, seconds=4)
    assert left[0] == 5000 and left[-1] > 4900  # 20 keys, ten times a second


def test_many_dead_are_gone_in_a_moment():
    _, left = dead_left(100_000, 100_000, seconds=1)
    assert left[0] == 100_000 and left[-1] == 0


def test_more_effort_leaves_fewer():
    left = [dead_left(100_000, 8000, seconds=10, effort=effort)[1][-1] for effort in (1, 4, 10)]
    assert left[0] > left[1] > left[2]
    assert (looked_at(1), looked_at(10)) == (20, 65) and (tolerated(1), tolerated(10)) == (0.1, 0.01)


def test_shares_are_compared_in_whole_percents():
    """As Valkey 9.1 does: of 5,000 dead of 100,000, at effort 10, it still held 2,893 after 8 s."""
    assert not goes_on(1, 65, percent=1) and goes_on(2, 65, percent=1)
    assert not goes_on(2, 20) and not goes_on(3, 28) and goes_on(3, 27)
    assert dead_left(100_000, 5000, seconds=8, effort=10)[1][-1] == pytest.approx(2893, rel=0.1)


@pytest.mark.parametrize("keys, dead", [(1, 0), (1, 1), (7, 3), (8, 8), (30, 2), (5000, 0)])
def test_small_tables_count_right(keys, dead):
    moments, left = dead_left(keys, dead, seconds=30)
    assert left[0] == dead and (np.diff(left) <= 0).all() and left[-1] == 0
    assert len(moments) == 301


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="dead=6 of keys=5"):
        dead_left(5, 6, 1)
    with pytest.raises(ValueError, match="effort=11"):
        dead_left(5, 1, 1, effort=11)
