"""The explorer that learners read, against the one that they use."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cachelab import races
from cachelab.races import matrix, tiny
from cachelab.races import strategies as course
from tests.oracle.depth import examples
from tests.pure.races.test_search import look, program

PLAIN = [
    course.NoInvalidation, course.DeleteBeforeWrite, course.DeleteAfterWrite, course.DoubleDelete,
    course.WriteThrough,
]  # fmt: skip


def agree(clients, reader):
    report, found = races.explore(clients, probe=reader, seconds=None), tiny.explore(clients, reader)
    cold = report.counts["cold"]
    assert (found.schedules, found.violating) == (cold.schedules, cold.violating)
    if "X" in report.violations and report.start_of("X") == "cold":
        assert len(found.shortest) == len(report.violations["X"])
    return found


@pytest.mark.parametrize("strategy", PLAIN, ids=matrix.name_of)
@pytest.mark.parametrize(("readers", "writers"), [(1, 1), (0, 2), (2, 1), (1, 2), (2, 2)])
def test_both_explorers_agree_on_the_plain_strategies(strategy, readers, writers):
    agree([strategy.reader] * readers + [strategy.writer] * writers, strategy.reader)


def test_the_late_fill_in_five_calls():
    reader, writer = course.DeleteAfterWrite.reader, course.DeleteAfterWrite.writer
    found = tiny.explore([reader, writer], reader)
    assert (found.schedules, found.violating) == (10, 1)
    assert [(who, call[0]) for who, call, _ in found.shortest] == [
        ("reader", "get"), ("reader", "read"), ("writer", "write"), ("writer", "delete"), ("reader", "set"),
    ]  # fmt: skip


instructions = st.lists(
    st.tuples(
        st.sampled_from(["get", "set", "delete", "read", "write"]),
        st.sampled_from(("a", "b")),
        st.sampled_from(["always", "always", "if a miss", "if a hit"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=examples(60), deadline=None)
@given(programs=st.lists(instructions, min_size=1, max_size=3))
def test_both_explorers_agree_on_programs_that_nobody_wrote(programs):
    clients = [look, *[program(instructions) for instructions in programs]]
    assume(races.explore(clients, probe=look, seconds=None).states < 3_000)
    agree(clients, look)
