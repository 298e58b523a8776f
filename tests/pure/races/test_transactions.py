"""Transactions: what is written in one is seen by others only from the commit on."""

from itertools import groupby

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cachelab import races
from cachelab.races import strategies as course
from tests.oracle.compare import same
from tests.oracle.depth import examples
from tests.pure.races.test_search import KEYS, look

KEY = "user:1"


def reader(cache, db):
    name = cache.get(KEY)
    if name is None:
        name = db.read()
        cache.set(KEY, name)
    return name


def deletes_within(cache, db):
    with db.transaction():
        db.write()
        cache.delete(KEY)


def deletes_afterwards(cache, db):
    with db.transaction():
        db.write()
    cache.delete(KEY)


def fills_within(cache, db):
    with db.transaction():
        name, _ = db.write()
        cache.set(KEY, name)


def gives_up(cache, db):
    with db.transaction():
        db.write()
        if cache.get(KEY) is not None:
            raise LookupError("somebody has it")


def changes_it_twice(cache, db):
    with db.transaction() as same_db:
        same_db.write()
        seen = db.read()
        assert db.write()[0] == seen + "'" and db.read_versioned() == (seen + "'", 1)


def test_a_delete_before_the_commit_lets_the_old_value_back_in_with_nobody_slow():
    report = races.explore([reader, deletes_within])
    assert report.verdict == "X" and report.counts["warm"].violating  # not even a reader that was late
    assert [step.call for step in report.violation][-2:] == ["SET user:1 v0", "COMMIT"]
    *_, commit = report.violation
    assert (commit.kind, commit.to, commit.committed, commit.stale) == ("call", "database", "v1", (KEY,))
    update = next(step for step in report.violation if step.call == "db.write()")
    assert (update.committed, update.held, update.db) == (None, None, "v0")


def test_the_lease_does_not_save_a_delete_before_the_commit():
    def within(cache, db):
        with db.transaction():
            db.write()
            cache.delete(course.KEY)

    assert races.explore([course.Lease.reader, course.Lease.writer]).ok
    assert races.explore([course.Lease.reader, within]).verdict == "X"


def test_a_value_cached_before_its_commit_is_a_dirty_read():
    assert "d" in races.explore([reader, fills_within]).verdict
    steps = races.explore([reader, fills_within], fault="crash").violation  # and one that is never committed
    assert steps[-1].kind == "crash" and steps[-1].cache == {KEY: "v1"} and steps[-1].db == "v0"


def test_an_exception_rolls_back():
    report = races.explore([reader, gives_up])
    calls = [step.call for step in report.violations["broken"]]
    assert calls[-1] == "ROLLBACK" and "LookupError" in report.broken[0]
    assert report.violations["broken"][-1].db == "v0"


def test_ones_own_writes_are_seen_and_only_the_last_is_committed():
    report = races.explore([reader, changes_it_twice])
    assert report.broken == [] and report.verdict == "X"
    assert {step.db for step in report.violation} == {"v0", "v1'"}


def test_a_row_that_two_want_is_waited_for():
    def locks_the_cache_first(cache, db):
        while not cache.set("lock", "1", nx=True):
            pass
        db.write()
        cache.delete("lock")

    def locks_the_row_first(cache, db):
        with db.transaction():
            db.write()
            while not cache.set("lock", "1", nx=True):
                pass
        cache.delete("lock")

    report = races.explore([look, locks_the_cache_first, locks_the_row_first])
    assert "K" in report.verdict and "waits for ever" in report.explain("K")
    assert races.explore([look, deletes_afterwards, deletes_afterwards]).verdict[1:] == ""


def test_a_transaction_in_a_transaction_is_refused_by_name():
    def nested(cache, db):
        with db.transaction(), db.transaction():
            db.write()

    with pytest.raises(races.NotModelled, match="a transaction inside a transaction"):
        races.explore([reader, nested])


@pytest.mark.parametrize("fault", [None, "crash", "lost_call", "evict", "old_snapshot", "replica_lag"])
@pytest.mark.parametrize(
    "writer", [deletes_within, deletes_afterwards, fills_within, gives_up, changes_it_twice],
    ids=lambda writer: writer.__name__,
)  # fmt: skip
def test_transactions_agree_with_the_oracle(writer, fault):
    same([reader, writer], fault)
    same([writer, writer], fault, probe=reader)


def program(before, inside, after, fails):
    def client(cache, db):
        seen = None

        def do(instructions):
            nonlocal seen
            for operation, key in instructions:
                if operation == "get":
                    seen = cache.get(key)
                elif operation == "set":
                    cache.set(key, seen or "none")
                elif operation == "delete":
                    cache.delete(key)
                elif operation == "read":
                    seen = db.read()
                elif operation == "write":
                    seen, _ = db.write()

        do(before)
        try:
            with db.transaction():
                do(inside)
                if fails and seen is not None:
                    raise LookupError
        except LookupError:
            pass
        do(after)
        return seen

    return client


def _polls(before, inside, after, fails):
    """Whether it makes the same call from the same line more often than the explorer counts one by one."""
    calls = [(name, key if name in ("get", "set", "delete") else "") for name, key in before + inside + after]
    return any(len(list(alike)) > 4 for _, alike in groupby(calls))


operations = st.lists(
    st.tuples(st.sampled_from(["get", "set", "delete", "read", "write", "write"]), st.sampled_from(KEYS)),
    max_size=3,
)


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    programs=st.lists(st.tuples(operations, operations, operations, st.booleans()), min_size=1, max_size=2),
    fault=st.sampled_from([None, None, "crash", "lost_call", "evict"]),
)
def test_random_transactions_agree_with_the_oracle(programs, fault):
    assume(not any(_polls(*parts) for parts in programs))  # folded: see test_search
    clients = [look, *[program(*parts) for parts in programs]]
    assume(races.explore(clients, fault, 1, look, seconds=None).schedules < 1500)
    same(clients, fault, 1, look)
