"""A flush on a database that cancels: what ends the storm, what does not, and that nothing gets lost."""

from statistics import fmean

import pytest

from cachelab.workload.queueing import Storm

SHOP = dict(rate=600.0, items=1000, workers=80)


def storm(seconds=10, **settings):
    return Storm(**(SHOP | settings)).advance(seconds)


def test_before_the_flush_all_are_answered():
    assert min(storm(3, flush=1e9).success) > 0.99


def test_without_a_limit_it_does_not_end_and_almost_every_read_is_cancelled():
    world = storm()
    assert world.recovered is None and max(world.success[-5:]) == 0
    assert fmean(world.cancelled[2:]) > 20 * fmean(world.finished[2:])


def test_a_limit_within_the_time_out_ends_it():
    world = storm(limit=8)
    assert world.longest_limit == pytest.approx(0.1 / 0.0063)
    assert world.recovered <= 4 and sum(world.cancelled[1:]) == 0
    assert fmean(world.finished[2:4]) == pytest.approx(1 / 0.0063, rel=0.05), (
        "the database works all the time"
    )
    assert world.shed[1] > 0 and world.shed[-1] == 0


@pytest.mark.parametrize("limit, timeout, ends", [(60, 0.1, False), (60, 0.5, True), (8, 0.02, False)])
def test_the_limit_that_helps_is_little_s(limit, timeout, ends):
    world = storm(limit=limit, timeout=timeout)
    assert (world.success[-1] > 0.9) == ends == (limit <= world.longest_limit)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_longer_time_out_serves_nobody_soon_though_the_database_works_all_the_time(seed):
    world = storm(4, timeout=1.0, seed=seed)
    assert world.answered[2] < world.arrived[2] / 50 and world.answered[3] == 0 < min(world.finished[2:4])


@pytest.mark.parametrize(
    "settings", [{"retries": 0}, {"budget": 0.1}], ids=["no retries", "one retry in ten requests"]
)
def test_fewer_retries_help_less_than_a_limit(settings):
    none, fewer, limited = (storm(3, **one).answered[2] for one in ({}, settings, {"limit": 8}))
    assert none < fewer < limited


def test_workers_that_skip_who_has_left_end_no_storm_alone():
    world = storm(drops=True)
    assert max(world.success[-3:]) < 0.2 and fmean(world.success[-3:]) > fmean(storm().success[-3:])


def test_every_request_ends_once_and_the_database_serves_one_at_a_time():
    world = storm(8, limit=8)
    waiting = sum(world.arrived) - sum(world.answered) - sum(world.failed)
    assert 0 <= waiting < 600 * 3 * 0.5 * 1.2  # three tries of half a second each
    assert max(world.finished) <= 160
    assert sum(world.loads) == sum(world.finished) + world._busy


def test_the_same_seed_is_the_same_run_also_in_slices():
    whole, sliced = storm(4), Storm(**SHOP)
    for _ in range(4):
        sliced.advance()
    for name in ("answered", "finished", "cancelled"):
        assert getattr(whole, name) == getattr(sliced, name)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="workers=0"):
        Storm(workers=0)
    with pytest.raises(ValueError, match="timeout=-1"):
        Storm(timeout=-1)
    with pytest.raises(ValueError, match="work=-1"):
        Storm(work=-1)
