"""The peak after a mass fill: simulation and formula."""

import pytest

from cachelab.workload import jitter


@pytest.mark.parametrize("spread", [0.05, 0.1, 0.2])
def test_the_formula_is_near_the_simulation(spread):
    seen = jitter.loads(20_000, 1.0, 1 - spread, 1 + spread, reads=100, seconds=12)
    for generation in (1, 2, 5, 10):
        told = jitter.peak(generation, 1 - spread, 1 + spread, 100)
        assert seen.peak(generation, 1.0) == pytest.approx(told, rel=0.15, abs=0.35)


def test_ten_percent_leaves_a_peak_of_five_and_fifty_is_flat():
    assert jitter.peak(1, 0.9, 1.1, 100) == pytest.approx(5)
    assert jitter.loads(20_000, 60, 0.5, 1.5, reads=2, seconds=240).peak(1, 60) < 1.7


def test_without_jitter_they_stay_together():
    seen = jitter.loads(5000, 10, 1, 1, reads=100, seconds=60)
    assert seen.peak(1, 10) > 15 and seen.peak(4, 10) > 10
    assert jitter.peak(1, 1, 1, 1000) == pytest.approx(1000)  # as sharp as the first read


def test_downwards_nobody_outlives_the_promise():
    seen = jitter.loads(5000, 10, 0.8, 1, reads=1000, seconds=20)
    first = seen.starts[seen.relative > 0]
    assert first[0] >= 7.5 and seen.relative[(seen.starts > 10.5) & (seen.starts < 15)].sum() == 0


def test_loads_settle_at_the_steady_rate():
    seen = jitter.loads(20_000, 1, 0.5, 1.5, reads=10, seconds=40)
    assert seen.steady == pytest.approx(20_000 / 1.1)
    assert seen.relative[-200:].mean() == pytest.approx(1, abs=0.02)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="low=1.1, high=0.9"):
        jitter.loads(10, 1, 1.1, 0.9, 1, 1)
    with pytest.raises(ValueError, match="reads=0"):
        jitter.loads(10, 1, 1, 1, 0, 1)
    with pytest.raises(ValueError, match="generation=0"):
        jitter.peak(0, 1, 1, 1)
