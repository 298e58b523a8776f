"""Metric math: AWS's own examples, what becomes of missing points, and what is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.cloud.metrics.arithmetic import ExpressionError, Series, Window, evaluate, names

MINUTES = [0, 60, 120, 180, 240]


def series(*values, period=60, **options):
    """One value a minute; None is a missing point."""
    known = {at: float(value) for at, value in zip(MINUTES, values, strict=False) if value is not None}
    return Series(known, period=period, **options)


def result(expression, length=5, **given):
    """The one series an expression gives, as a list with None for missing points."""
    (found,) = evaluate(expression, given, Window(0, 60 * length, 60))
    return [found.points.get(at) for at in MINUTES[:length]]


# "Using metric math", tables of the sections on comparison operators and IF.
_ = None
M1, M2, M3 = series(1, 1, 0, 0, _), series(30, _, 0, 0, 30), series(0, 0, 20, _, 20)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("metric1 < metric2", [0, 0, 1, 0]),
        ("metric1 >= 30", [1, 0, 0, 0]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0]),
        ("metric1 > 15 && metric2 > 15", [1, 0, 0, 0]),
    ],
)
def test_comparisons_of_the_guide(expression, expected):
    found = result(expression, length=4, metric1=series(30, 20, 0, 0), metric2=series(20, _, 20, _))
    assert [value or 0 for value in found] == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("IF(m1, m2, m3)", [30, 0, 20, _, _]),
        ("IF(m1, 5, m3)", [5, 5, 20, _, _]),
        ("IF(m1, m2, 5)", [30, 0, 5, 5, _]),
        ("IF(m1, m2)", [30, 0, _, _, _]),
        ("IF(1, m2, m3)", [30, _, 0, 0, 30]),
        ("IF(0, m2, m3)", [0, 0, 20, _, 20]),
        ("IF(m2 < 25, 10, 2)", [2, _, 10, 10, 2]),
    ],
)
def test_ifs_of_the_guide(expression, expected):
    assert result(expression, m1=M1, m2=M2, m3=M3) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a + b", [11, 2, 30, _, _]),  # what one of them lacks counts as 0
        ("b - a", [9, -2, 30, _, _]),
        ("100 * a / (a + b)", [100 / 11, 100, 0, _, _]),
        ("a / b", [0.1, _, 0, _, _]),  # by zero: dropped
        ("-a", [-1, -2, _, _, _]),
        ("2 ^ a", [2, 4, _, _, _]),
        ("2 * a ^ 2", [2, 8, _, _, _]),
        ("SUM([a, b])", [11, 2, 30, _, _]),
        ("AVG([a, b])", [5.5, 1, 15, _, _]),
        ("MAX([a, b])", [10, 2, 30, _, _]),
        ("MIN(METRICS())", [1, 2, 30, _, _]),
        ("SUM(METRICS('b'))", [10, _, 30, _, _]),
        ("FILL(a, 0)", [1, 2, 0, 0, 0]),
        ("FILL(a, b)", [1, 2, 30, _, _]),
        ("FILL(b, REPEAT)", [10, 10, 30, 30, 30]),
        ("FILL(b, LINEAR)", [10, 20, 30, _, _]),
        ("SUM(FILL(METRICS(), 0))", [11, 2, 30, 0, 0]),
        ("a - AVG(a)", [-0.5, 0.5, _, _, _]),
        ("a / PERIOD(a)", [1 / 60, 2 / 60, _, _, _]),
        ("RATE(b)", [_, _, 20 / 120, _, _]),
        ("DIFF(b)", [_, _, 20, _, _]),
        ("DIFF_TIME(b)", [_, _, 120, _, _]),
        ("RUNNING_SUM(b)", [10, _, 40, _, _]),
        ("ABS(CEIL(0 - a / 2))", [0, 1, _, _, _]),
        ("DATAPOINT_COUNT([a, b])", [2, 1, 1, _, _]),
        ("TIME_SERIES(MAX(b))", [30] * 5),
        ("MINUTE(a)", [0, 1, 2, 3, 4]),
        ("EPOCH(a)", MINUTES),
        ("FIRST(SORT([a, b], MAX, DESC))", [10, _, 30, _, _]),
        ("SLICE(SORT([a, b], MAX, ASC), 1)", [10, _, 30, _, _]),
        ("SORT([a, b], SUM, DESC, 1)", [10, _, 30, _, _]),
        ("a * METRIC_COUNT(METRICS())", [2, 4, _, _, _]),
        ("a > 1 || b > 20", [0, 1, 1, _, _]),
    ],
)
def test_functions(expression, expected):
    found = result(expression, a=series(1, 2), b=series(10, _, 30))
    assert found == pytest.approx(expected)


def test_several_series_come_back_as_several():
    found = evaluate(
        "METRICS() * 2", {"a": series(1, label="A"), "b": series(2, label="B")}, Window(0, 60, 60)
    )
    assert [(one.label, dict(one.points)) for one in found] == [("A", {0: 2}), ("B", {0: 4})]


def test_empty_series_can_be_left_out():
    found = evaluate("REMOVE_EMPTY(METRICS())", {"a": series(1), "b": series()}, Window(0, 60, 60))
    assert len(found) == 1


def test_the_results_of_expressions_are_no_metrics():
    given = {"a": series(1), "e": series(5, period=None)}
    assert result("SUM(METRICS())", length=1, **given) == [1]


def test_fill_speaks_where_every_series_is_silent():
    """Of a dead node, say: what nobody measured is filled all the same."""
    assert result("FILL(hits, 0)", hits=series()) == [0, 0, 0, 0, 0]


def test_a_search_is_asked_of_whoever_knows_the_metrics():
    asked = []

    def search(*question):
        asked.append(question)
        return [series(1), series(2)]

    (found,) = evaluate("SUM(SEARCH('{A,B} MetricName=\"C\"', 'Sum', 300))", {}, Window(0, 60, 60), search)
    assert (asked, dict(found.points)) == ([('{A,B} MetricName="C"', "Sum", 300)], {0: 3})


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("a +", "syntax"),
        ("a + nobody", "nobody"),
        ("AVG(a)", "single number"),
        ("5", "single number"),
        ("sum(a)", "capitals"),
        ("ANOMALY_DETECTION_BAND(a)", "not available"),
        ("SELECT AVG(x) FROM y", "SELECT"),
        ("SEARCH('x', 'Sum')", "alarm"),
        ("FILL(a, DESC)", "REPEAT"),
        ("FILL(a)", "arguments"),
        ("a.b", "not part"),
        ("__import__('os')", "no function"),
        ("a < a < a", "not part"),
        ("PERIOD(a * 2)", "metric"),
        ("'text' + a", "text"),
        ("FIRST(a * 2 > METRICS('no'))", "no time series"),
    ],
)
def test_what_is_no_metric_math_is_refused(expression, words):
    with pytest.raises(ExpressionError, match=words):
        evaluate(expression, {"a": series(1)}, Window(0, 60, 60))


def test_the_ids_of_an_expression():
    assert names("100 * h1 / (h1 + m_2) + SUM(METRICS())") == {"h1", "m_2", "*"}


points = st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=5, max_size=5)


@given(points, points)
def test_a_hit_rate_is_between_0_and_100_and_missing_only_when_nothing_was_asked(hits, misses):
    found = result("100 * h / (h + m)", h=series(*hits), m=series(*misses))
    for rate, hit, miss in zip(found, hits, misses, strict=True):
        asked = (hit or 0) + (miss or 0)
        assert rate == (pytest.approx(100 * (hit or 0) / asked) if asked else None)
