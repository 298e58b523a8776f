"""The whole matrix, explored anew and compared cell by cell with the table that learners see."""

import pytest

from cachelab import races
from cachelab.races import matrix
from cachelab.races import strategies as course


@pytest.mark.parametrize("strategy", course.STRATEGIES, ids=matrix.name_of)
def test_every_cell_is_what_the_table_says(strategy):
    assert matrix.row(strategy, seconds=None) == matrix.table()[matrix.name_of(strategy)]


def test_the_table_has_a_row_for_every_strategy_and_no_other():
    assert list(matrix.table()) == [matrix.name_of(strategy) for strategy in course.STRATEGIES]


def entry_with_ttl(source: str) -> str:
    return source.replace("redis.call('PERSIST', KEYS[1])", "redis.call('PEXPIRE', KEYS[1], 60000)")


def test_a_ttl_on_versioned_entries_makes_their_early_expiry_as_bad_as_their_eviction():
    script = entry_with_ttl(course.STORE_UNLESS_OLDER)

    def reader(cache, db):
        value = cache.hget(course.KEY, "value")
        if value is None:
            value, version = db.read_versioned()
            cache.eval(script, 1, course.KEY, value, version)
        return value

    def writer(cache, db):
        value, version = db.write()
        cache.eval(script, 1, course.KEY, value, version)

    assert races.explore([reader, writer]).verdict == "."
    for fault in ("evict", "expire"):
        # the stale entry has a TTL of its own now, so the damage is bounded
        assert races.explore([reader, writer], fault=fault).verdict == "t"


@pytest.mark.parametrize(
    ("strategy", "readers", "writers", "fault", "kind", "steps"),
    [
        (course.DeleteAfterWrite, 1, 1, None, "X", 5),
        (course.WriteThrough, 0, 2, None, "X", 4),
        (course.WatchAndDelete, 1, 1, None, "X", 6),
        (course.VersionsAndTombstone, 1, 1, "evict", "X", 6),
        (course.MemcachedCas, 2, 1, None, "X", 10),
        (course.LockWithTtl, 1, 1, "expire", "X", 10),
        (course.Lease, 1, 1, "crash", "X", 3),
        (course.Lease, 3, 1, None, "fresh", 7),
        (course.Lease, 1, 1, "old_snapshot", "X", 6),
    ],
    ids=lambda value: matrix.name_of(value) if isinstance(value, type) else None,
)
def test_the_counterexamples_worth_a_lesson_are_as_short_as_they_can_be(
    strategy, readers, writers, fault, kind, steps
):
    clients, probe = matrix.clients_of(strategy, readers, writers, fault)
    report = races.explore(clients, fault=fault, probe=probe, memcached=getattr(strategy, "memcached", False))
    assert len(report.violations[kind]) == steps


@pytest.mark.parametrize(
    ("clients", "cold"),
    [
        ([course.DeleteAfterWrite.reader, course.DeleteAfterWrite.writer], (1, 10)),
        ([course.DeleteBeforeWrite.reader, course.DeleteBeforeWrite.writer], (6, 10)),
        ([course.WriteThrough.reader, course.WriteThrough.writer], (1, 10)),
        ([course.WriteThrough.writer] * 2, (2, 6)),
        ([course.DeleteAfterWrite.writer] * 2, (0, 6)),
        ([course.DoubleDelete.reader, course.DoubleDelete.writer], (3, 20)),
        ([course.FillIfAbsent.reader, course.FillIfAbsent.writer], (1, 10)),
    ],
    ids=lambda value: None,
)
def test_the_counts_the_lesson_quotes(clients, cold):
    report = races.explore(clients, probe=course.NoInvalidation.reader)
    assert (report.counts["cold"].violating, report.counts["cold"].schedules) == cold
