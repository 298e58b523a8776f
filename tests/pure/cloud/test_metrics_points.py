"""Statistics of data points, against numpy; series by sets of dimensions and by periods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.cloud.metrics.points import NoSuchStatistic, Point
from cachelab.cloud.metrics.store import KEPT_POINTS, Metric, Store

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
lists = st.lists(numbers, min_size=1, max_size=40)


@given(
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=40),
    st.sampled_from([0, 1, 25, 50, 90, 99, 99.9, 100]),
)
def test_percentiles_are_numpys(values, percent):
    expected = np.percentile(values, percent, method="inverted_cdf")
    assert Point.of(values).statistic(f"p{percent}") == expected


@given(lists)
def test_simple_statistics_are_numpys(values):
    point = Point.of(values)
    assert point.statistic("Average") == pytest.approx(np.mean(values), abs=1e-6)
    assert point.statistic("Sum") == pytest.approx(np.sum(values), abs=1e-6)
    assert point.statistic("Minimum") == min(values)
    assert point.statistic("Maximum") == max(values)
    assert point.statistic("SampleCount") == len(values)


@given(lists, lists)
def test_two_points_merge_into_what_all_values_give(first, second):
    merged, whole = Point.merged([Point.of(first), Point.of(second)]), Point.of(first + second)
    for name in ("SampleCount", "Minimum", "Maximum", "p50", "p99"):  # no percentiles of negative values
        assert merged.statistic(name) == whole.statistic(name)
    assert merged.statistic("Sum") == pytest.approx(whole.statistic("Sum"), abs=1e-6)


def test_values_with_counts_weigh_as_often_as_they_came():
    assert Point.of({1: 99, 5000: 1}).statistic("p99") == 1
    assert Point.of({1: 98, 5000: 2}).statistic("p99") == 5000
    assert Point.of({1: 98, 5000: 2}).statistic("Average") == pytest.approx(100.98)


def test_a_statistic_set_has_no_percentile_unless_all_values_are_the_same():
    assert Point(count=2, sum=3, least=1, greatest=2).statistic("p50") is None
    assert Point(count=2, sum=2, least=1, greatest=1).statistic("p50") == 1
    mixed = Point.merged([Point(count=2, sum=3, least=1, greatest=2), Point.of([7])])
    assert mixed.statistic("p99") is None
    assert mixed.statistic("Maximum") == 7


def test_negative_values_have_no_percentile():
    assert Point.of([-1, 2]).statistic("p50") is None


@pytest.mark.parametrize("name", ["p101", "p", "median", "average", "tm99"])
def test_a_statistic_that_is_none_is_named(name):
    with pytest.raises(NoSuchStatistic, match=name):
        Point.of([1]).statistic(name)


def test_no_values_make_no_point():
    with pytest.raises(ValueError, match="at least one"):
        Point.of([])


HITS = Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-001", CacheNodeId="0001")


def test_another_set_of_dimensions_is_another_metric():
    store = Store()
    store.put(HITS, 60, Point.of([3]))
    for other in (
        Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-001"),
        Metric.named("AWS/ElastiCache", "CacheHits", ReplicationGroupId="shop"),
        Metric.named("AWS/ElastiCache", "CacheHits"),
        Metric.named("Shop", "CacheHits", CacheClusterId="shop-001", CacheNodeId="0001"),
    ):
        assert store.points(other, 0, 600, 60) == {}
    assert store.points(HITS, 0, 600, 60)[60].sum == 3
    assert list(store) == [HITS]


def test_periods_begin_at_multiples_of_their_length_or_at_the_start():
    store = Store()
    for minute in range(1, 11):
        store.put(HITS, 60 * minute, Point.of([minute]))
    by_five = store.points(HITS, 60, 660, 300)
    assert {at: point.sum for at, point in by_five.items()} == {0: 10, 300: 35, 600: 10}
    sliding = store.points(HITS, 60, 660, 300, aligned=False)
    assert {at: point.sum for at, point in sliding.items()} == {60: 15, 360: 40}


def test_the_end_is_not_included_and_gaps_stay_gaps():
    store = Store()
    store.put(HITS, 0, Point.of([1]))
    store.put(HITS, 130, Point.of([2]))  # kept by the minute
    assert list(store.points(HITS, 0, 120, 60)) == [0]
    assert list(store.points(HITS, 0, 180, 60)) == [0, 120]


def test_a_unit_chooses():
    store = Store()
    store.put(HITS, 0, Point.of([1], "Count"))
    assert store.points(HITS, 0, 60, 60, unit="Percent") == {}
    assert store.points(HITS, 0, 60, 60, unit="Count")[0].sum == 1


def test_points_by_the_second_are_found_too():
    store = Store()
    for second in (0, 10, 20, 65):
        store.put(HITS, second, Point.of([1]), resolution=1)
    assert {at: point.sum for at, point in store.points(HITS, 0, 120, 60).items()} == {0: 3, 60: 1}
    assert list(store.points(HITS, 5, 30, 10)) == [10, 20]


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 2500), st.integers(1, 2500))
def test_a_short_look_and_a_long_one_see_the_same(minutes, start, length):
    store = Store()
    for minute in minutes:
        store.put(HITS, 60 * minute, Point.of([1]))
    expected = {60 * minute for minute in minutes if start <= 60 * minute < start + length}
    assert set(store.points(HITS, start, start + length, 60)) == expected


def test_a_series_keeps_a_day_of_minutes():
    store = Store()
    for minute in range(KEPT_POINTS + 10):
        store.put(HITS, 60 * minute, Point.of([minute]))
    kept = store.points(HITS, 0, 10**9, 60)
    assert (len(kept), min(kept)) == (KEPT_POINTS, 600)


def test_what_is_too_old_is_forgotten():
    store = Store()
    store.put(HITS, 0, Point.of([1]))
    store.forget(before=60)
    assert list(store) == []
