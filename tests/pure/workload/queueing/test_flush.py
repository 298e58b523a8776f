"""After one flush at a third of the database's load: what recovers, and what does not."""

from statistics import fmean

import pytest

from cachelab.workload.queueing import Flush


def after(seconds=50, **settings):
    return Flush(flush=10, **settings).advance(10 + seconds)


def test_before_the_flush_all_is_well():
    world = Flush(flush=1e9).advance(20)
    assert min(world.success) > 0.99
    assert fmean(world.loads[5:]) == pytest.approx(world.steady_load, rel=0.15)
    assert world.used == pytest.approx(1 / 3, abs=0.02)
    assert sum(world.arrived) == pytest.approx(20_000, rel=0.02)


@pytest.mark.parametrize(
    "settings",
    [{}, {"retries": 0}, {"backoff": 0.2}, {"budget": 0.1}, {"servers": 20}, {"rate": 500.0}],
    ids=["as it was", "no retries", "backoff", "retry budget", "twice the database", "half the traffic"],
)
def test_it_never_recovers(settings):
    world = after(**settings)
    assert fmean(world.success[-10:]) < 0.6 and world.recovered is None


@pytest.mark.parametrize("settings", [{"limit": 50}, {"newest_first": True}])
def test_a_short_line_recovers(settings):
    world = after(30, **settings)
    assert world.recovered < 16 and min(world.success[-5:]) > 0.98


def test_a_line_longer_than_their_patience_does_not():
    assert fmean(after(limit=400).success[-10:]) < 0.6


def test_one_load_per_item_and_late_answers_stored():
    assert after(40, flight=True, fill="late").recovered < 30
    assert fmean(after(fill="late").success[-5:]) > fmean(after().success[-5:]) + 0.2


def test_every_request_ends_once():
    world = after(20, retries=1)
    waiting = sum(world.arrived) - sum(world.answered) - sum(world.failed)
    assert 0 <= waiting < 1000 * 2 * 0.5 * 1.2  # two tries of half a second each
    assert max(world.loads) <= 210


def test_the_same_seed_is_the_same_run_also_in_slices():
    whole, sliced = after(5), Flush(flush=10)
    for _ in range(15):
        sliced.advance()
    for name in ("arrived", "answered", "hits", "loads", "in_line"):
        assert getattr(whole, name) == getattr(sliced, name)
    assert whole.hits != after(5, seed=2).hits


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="fill='server'"):
        Flush(fill="server")
    with pytest.raises(ValueError, match="patience=0"):
        Flush(patience=0)
    with pytest.raises(AttributeError, match="a Flush has no 'misses'"):
        getattr(Flush(), "misses")  # noqa: B009
