"""Traces have the shape that they promise."""

import numpy as np
import pytest

from cachelab.workload import trace


def test_zipf_follows_its_shares_and_repeats():
    drawn = trace.zipf(200_000, 1000)
    seen = np.bincount(drawn, minlength=1000) / len(drawn)
    assert seen[:20] == pytest.approx(trace.shares(1000)[:20], rel=0.06)
    assert drawn == trace.zipf(200_000, 1000) != trace.zipf(200_000, 1000, seed=2)
    assert trace.shares(10, 0) == pytest.approx(np.full(10, 0.1))


def test_a_scan_stands_in_the_middle_and_nobody_asks_again():
    popular = trace.zipf(1000, 50)
    scanned = trace.scan(popular, 200)
    assert len(set(scanned[500:700])) == 200
    assert scanned[:500] + scanned[700:] == popular


def test_one_off_requests_are_their_share_and_all_different():
    popular = trace.zipf(8000, 50)
    mixed = trace.one_off(popular, 0.2)
    strangers = [item for item in mixed if item >= trace.STRANGERS]
    assert len(strangers) == len(set(strangers)) == 2000
    assert [item for item in mixed if item < trace.STRANGERS] == popular


def test_shift_changes_every_item_and_nothing_else():
    popular = trace.zipf(1000, 50)
    shifted = trace.shift(popular)
    assert shifted[:500] == popular[:500] and min(shifted[500:]) > max(popular)


def test_a_loop_goes_round():
    assert trace.loop(7, 3) == [0, 1, 2, 0, 1, 2, 0]


def test_an_items_size_is_always_the_same():
    drawn = trace.zipf(50_000, 5000)
    sizes = trace.bytes_of(drawn, median=300)
    of = dict(zip(drawn, sizes, strict=True))
    assert all(of[item] == size for item, size in zip(drawn, sizes, strict=True))
    assert np.median(list(of.values())) == pytest.approx(300, rel=0.1)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="items=0"):
        trace.zipf(10, 0)
    with pytest.raises(ValueError, match="share=1"):
        trace.one_off(trace.zipf(10, 5), 1)
