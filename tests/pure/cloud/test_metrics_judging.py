"""When an alarm rings: AWS's own forty verdicts, and what must hold beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.cloud.metrics.judging import ALARM, INSUFFICIENT_DATA, OK, TREATMENTS, judge
from tests.oracle.alarm_tables import FORTY, points


def test_there_are_forty():
    assert len(FORTY) == 40


@pytest.mark.parametrize(("text", "to_alarm", "treatment", "state"), FORTY)
def test_awss_forty_verdicts(text, to_alarm, treatment, state):
    assert judge(points(text), 3, to_alarm, treatment).state == state


@pytest.mark.parametrize("text", ["----X", "---X-"])
def test_not_before_time(text):
    """The guide's prose: no alarm yet, M = 3, while the next point may still be a good one."""
    assert judge(points(text), 3, 3).state == OK


ranges = st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5)


@given(ranges, st.integers(1, 3), st.sampled_from(TREATMENTS))
def test_what_is_missing_plays_no_part_when_there_is_enough(seen, to_alarm, treatment):
    real = [point for point in seen if point is not None]
    if len(real) >= 3:
        assert judge(seen, 3, to_alarm, treatment).state == (ALARM if sum(real[-3:]) >= to_alarm else OK)


@given(ranges, st.integers(1, 3))
def test_breaching_never_rings_later_than_not_breaching(seen, to_alarm):
    if judge(seen, 3, to_alarm, "notBreaching").state == ALARM:
        assert judge(seen, 3, to_alarm, "breaching").state == ALARM


@given(ranges, st.integers(1, 3))
def test_nothing_known_is_said_only_when_nothing_is_known(seen, to_alarm):
    unknown = judge(seen, 3, to_alarm, "missing").state == INSUFFICIENT_DATA
    assert unknown == all(point is None for point in seen)


@given(ranges, st.integers(1, 3))
def test_ignore_keeps_the_state_only_where_missing_points_decide(seen, to_alarm):
    ignored, counted = (judge(seen, 3, to_alarm, treatment) for treatment in ("ignore", "missing"))
    assert ignored.state in (None, counted.state)
    if None not in seen:
        assert ignored.state == counted.state


def test_a_count_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="4 of 3"):
        judge([True] * 5, 3, 4)
    with pytest.raises(ValueError, match="'quiet'.*use one of missing"):
        judge([True] * 5, 3, 3, "quiet")
