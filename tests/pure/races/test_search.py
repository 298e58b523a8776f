"""The search against the oracle that enumerates every schedule one by one."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from redis.exceptions import WatchError

from cachelab import races
from cachelab.races import matrix
from cachelab.races import strategies as course
from tests.oracle.compare import same
from tests.oracle.depth import examples

pytestmark = pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental")  # by the oracle

POLLING = (course.LockWithoutTtl, course.LockWithTtl)  # endless schedules: see test_clients
PLAIN = [strategy for strategy in course.STRATEGIES if strategy not in POLLING]


@pytest.mark.parametrize("strategy", PLAIN, ids=matrix.name_of)
def test_two_clients_agree_with_the_oracle_on_every_strategy_under_every_fault(strategy):
    for fault in matrix.COLUMNS.values():
        if not matrix.applies(strategy, fault):
            continue
        for readers, writers in matrix.TWO:
            clients, probe = matrix.clients_of(strategy, readers, writers, fault)
            same(clients, fault, 1, probe, getattr(strategy, "memcached", False))


@pytest.mark.parametrize(
    ("strategy", "fault", "size"),
    [
        (course.DeleteAfterWrite, None, (2, 1)),
        (course.DeleteAfterWrite, "evict", (1, 2)),
        (course.WriteThrough, "crash", (2, 1)),
        (course.WatchAndTombstone, "lost_call", (1, 2)),
        (course.MemcachedCas, None, (2, 1)),
        (course.MemcachedLease, "old_snapshot", (1, 2)),
        (course.Lease, "expire", (2, 1)),
        (course.LeaseWithMarker, "replica_lag", (0, 2)),
        (course.CdcDelete, "crash", (1, 1)),
        (course.CdcVersionedLease, None, (1, 2)),
    ],
    ids=str,
)
def test_three_clients_agree_with_the_oracle(strategy, fault, size):
    clients, probe = matrix.clients_of(strategy, *size, fault)
    same(clients, fault, 1, probe, getattr(strategy, "memcached", False))


@pytest.mark.parametrize(
    "strategy", [course.DeleteAfterWrite, course.Lease, course.WatchAndDelete], ids=matrix.name_of
)
def test_sets_of_faults_and_larger_budgets_agree_with_the_oracle(strategy):
    clients, probe = matrix.clients_of(strategy, 1, 1)
    same(clients, {"evict", "crash"}, 2, probe)
    same(clients, {"lost_call", "expire", "replica_lag"}, 1, probe)
    same(clients, {"crash"}, 0, probe)


def reads_if_evicted(cache, db):
    cache.set("a", "none")
    return cache.get("a") or db.read()


def writes(cache, db):
    db.write()


@pytest.mark.parametrize("clients", [[reads_if_evicted] * 2, [reads_if_evicted, writes, reads_if_evicted]])
def test_twins_found_to_read_on_the_way_each_have_a_snapshot(clients):
    """Which of the two it was, nobody can say; one that never got it would be met for ever."""
    same(clients, {"evict", "old_snapshot"}, 1, reads_if_evicted)


def stores_another(cache, db):
    cache.set("b", "none")
    db.read()
    return cache.get("b")


def counts(cache, db):
    value = cache.get("a")
    if value is None:
        value = db.read()
        cache.set("a", value)
        return value
    return cache.get("a") or 0


def test_who_returns_no_read_is_not_judged_as_one_and_a_number_excuses_nothing():
    """Alone, it tells whether what a client returns is a read; what it returned in another order does not."""

    def writer(cache, db):
        db.write()
        cache.delete("a")

    report = same([look, stores_another])
    assert report.fresh and "stores_another returned 'none' where the database held v0" in str(report)
    report = same([counts, counts, writer])
    assert not report.fresh and "returned 0, of type int" in str(report)


# --- programs nobody wrote ------------------------------------------------------------

KEYS = ("a", "b")


def program(instructions, rounds=1):
    """A client function that carries out instructions; it remembers the last value it saw.

    `rounds`: how often it polls, where an instruction says so, before it goes on regardless.
    """

    def client(cache, db):
        seen = None
        for operation, key, guard in instructions:
            if guard == "if a miss" and seen is not None:
                continue
            if guard == "if a hit" and seen is None:
                continue
            if operation == "get":
                seen = cache.get(key)
            elif operation == "set":
                cache.set(key, seen or "none")
            elif operation == "set nx":
                if not cache.set(key, seen or "none", nx=True, px=1000):
                    seen = None
            elif operation == "set ttl":
                cache.set(key, seen or "none", ex=10)
            elif operation == "delete":
                cache.delete(key)
            elif operation == "read":
                seen = db.read()
            elif operation == "read replica":
                seen, _ = db.replica.read_versioned()
            elif operation == "write":
                seen, _ = db.write()
            elif operation == "wait":
                for _ in range(rounds):
                    seen = cache.get(key)
                    if seen is not None:
                        break
            elif operation == "lock":
                for _ in range(rounds):
                    if cache.set("lock", "1", nx=True):
                        break
            elif operation == "unlock":
                cache.delete("lock")
            elif operation == "incr":
                cache.incr(f"n:{key}")
            elif operation == "watch":
                with cache.pipeline() as pipe:
                    pipe.watch(key)
                    pipe.multi()
                    pipe.set(key, seen or "none")
                    pipe.delete(*[other for other in KEYS if other != key])
                    try:
                        pipe.execute()
                    except WatchError:
                        seen = None
        return seen

    return client


operations = st.sampled_from(
    [
        "get",
        "get",
        "set",
        "set",
        "set nx",
        "set ttl",
        "delete",
        "read",
        "read replica",
        "write",
        "incr",
        "watch",
    ]
)
instructions = st.lists(
    st.tuples(
        operations, st.sampled_from(KEYS), st.sampled_from(["always", "always", "if a miss", "if a hit"])
    ),
    min_size=1,
    max_size=4,
)


several_faults = st.sets(
    st.sampled_from(["evict", "expire", "crash", "lost_call", "replica_lag", "old_snapshot"]), max_size=2
)


def look(cache, db):
    value = cache.get("a")
    if value is None:
        value = db.read()
        cache.set("a", value)
    return value


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    programs=st.lists(instructions, min_size=1, max_size=2),
    twice=st.booleans(),
    faults=several_faults,
    budget=st.integers(0, 2),
)
def test_random_programs_agree_with_the_oracle(programs, twice, faults, budget):
    clients = [program(instructions) for instructions in programs]
    if twice and len(clients) == 1:
        clients *= 2
    if len(clients) == 1:
        clients = [look, *clients]
    assume(races.explore(clients, faults, budget, look, seconds=None).schedules < 1500)  # the oracle is slow
    same(clients, faults, budget, look)


def memcached_program(instructions):
    """The same for pymemcache."""

    def client(cache, db):
        seen, token = None, None
        for operation, key, guard in instructions:
            if guard == "if a miss" and seen is not None:
                continue
            if guard == "if a hit" and seen is None:
                continue
            if operation == "get":
                seen = cache.get(key)
            elif operation == "gets":
                seen, token = cache.gets(key)
            elif operation == "set":
                cache.set(key, seen or "none")
            elif operation == "add":
                cache.add(key, seen or "none", expire=9)
            elif operation == "cas" and token is not None:
                cache.cas(key, seen or "none", token)
            elif operation == "delete":
                cache.delete(key)
            elif operation == "read":
                seen = db.read()
            elif operation == "write":
                seen, _ = db.write()
        return seen

    return client


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    first=st.lists(
        st.tuples(
            st.sampled_from(["get", "gets", "set", "add", "cas", "cas", "delete", "read", "write"]),
            st.sampled_from(KEYS[:1]),
            st.sampled_from(["always", "always", "if a miss", "if a hit"]),
        ),
        min_size=1,
        max_size=4,
    ),
    twice=st.booleans(),
    faults=several_faults,
    budget=st.integers(0, 2),
)
def test_random_memcached_programs_agree_with_the_oracle(first, twice, faults, budget):
    clients = [look, *[memcached_program(first)] * (1 + twice)]
    arguments = {"fault": faults, "budget": budget, "probe": look, "memcached": True}
    assume(races.explore(clients, **arguments, seconds=None).schedules < 1500)  # the oracle is slow
    same(clients, **arguments)


polling = st.lists(
    st.tuples(
        st.sampled_from(["get", "set", "delete", "read", "write", "wait", "wait", "lock", "lock", "unlock"]),
        st.sampled_from(KEYS),
        st.sampled_from(["always", "always", "if a miss", "if a hit"]),
    ),
    min_size=2,
    max_size=5,
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    programs=st.lists(polling, min_size=1, max_size=2),
    fault=st.sampled_from([None, "evict", "crash", "lost_call"]),
)
def test_polls_that_are_folded_lead_where_polls_lead_that_are_not(programs, fault):
    def explored(rounds):
        clients = [look, *[program(instructions, rounds) for instructions in programs]]
        report = races.explore(clients, fault=fault, probe=look, seconds=None)
        return report.verdict, report.fresh, set(report.violations)

    assert explored(4) == explored(40)  # up to four rounds are explored one by one, more are folded


def test_the_graph_and_the_naive_count_agree_where_the_oracle_is_too_slow():
    reader, writer = course.DeleteAfterWrite.reader, course.DeleteAfterWrite.writer
    counts = {
        (1, 1): 10,
        (2, 1): 534,
        (2, 2): 23_792,
        (3, 2): 6_064_884,  # counted one by one by a program that is not this one
    }
    for (readers, writers), schedules in counts.items():
        report = races.explore([reader] * readers + [writer] * writers)
        assert report.counts["cold"].schedules == schedules
