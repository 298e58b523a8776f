"""The cache fails over: what its primary had acknowledged last may be forgotten, a delete as well."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cachelab import races
from cachelab.races import matrix
from cachelab.races import strategies as course
from cachelab.widgets import play_scheduler, race
from tests.oracle.compare import same
from tests.oracle.depth import examples
from tests.pure.races.test_search import POLLING, instructions, look, program

pytestmark = pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental")  # by the oracle

VALKEY = [
    strategy
    for strategy in course.STRATEGIES
    if strategy not in POLLING and not getattr(strategy, "memcached", False)
]


def test_a_delete_that_was_acknowledged_is_taken_back():
    report = races.explore([course.Lease.reader, course.Lease.writer], fault="failover")
    *before, last = report.violation
    assert report.verdict == "X" and report.start_of() == "warm"
    assert [(step.call, step.result) for step in before][-1] == (f"DEL {course.KEY}", 1)
    assert (last.client, last.call, last.fault) == ("cache", "fails over", "failover")
    assert last.cache == {course.KEY: "v0"} and last.stale == (course.KEY,)


def test_only_a_ttl_helps_after_a_failover():
    verdicts = {
        strategy: races.explore([strategy.reader, strategy.writer], fault="failover").verdict
        for strategy in (course.Lease, course.LeaseWithTtl)
    }
    assert verdicts == {course.Lease: "X", course.LeaseWithTtl: "t"}


def test_nothing_is_lost_that_was_replicated_before_the_run():
    def only_reads(cache, db):
        return cache.get("user:1") or db.read()

    report = races.explore([only_reads, lambda cache, db: db.write()], fault="failover")
    assert report.verdict == "." and "failover" in str(report.bounds)


def test_memcached_has_no_replica_to_fail_over_to():
    clients = [course.MemcachedLease.reader, course.MemcachedLease.writer]
    with pytest.raises(ValueError, match="memcached has none"):
        races.explore(clients, fault="failover", memcached=True)


def test_the_picture_and_the_game_know_it():
    clients = [course.DeleteAfterWrite.reader, course.DeleteAfterWrite.writer]
    scene = race(races.explore([course.Lease.reader, course.Lease.writer], fault="failover")).scene
    assert scene["steps"][-1]["alarm"] and "The old v0 goes into the cache." in scene["steps"][-1]["note"]
    game = play_scheduler(clients, fault="failover", warm=True)
    while not any(move["fault"] for move in game.moves):
        game.move(len(game.moves) - 1)
    assert {"client": "cache", "call": "fails over", "fault": "failover"} in game.moves


@pytest.mark.parametrize("strategy", VALKEY, ids=matrix.name_of)
def test_failover_agrees_with_the_oracle_on_every_strategy(strategy):
    for readers, writers in matrix.TWO:
        clients, probe = matrix.clients_of(strategy, readers, writers)
        same(clients, "failover", 1, probe)


@settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    programs=st.lists(instructions, min_size=1, max_size=2),
    other=st.sampled_from([None, "crash", "evict", "lost_call"]),
    budget=st.integers(0, 2),
)
def test_failover_agrees_with_the_oracle_on_random_programs(programs, other, budget):
    clients = [look, *[program(instructions) for instructions in programs]]
    faults = {"failover", *filter(None, [other])}
    assume(races.explore(clients, faults, budget, look, seconds=None).schedules < 1500)
    same(clients, faults, budget, look)
