"""Rules of the caller's own about what is left, and the cache filled first: limiters, sessions, locks."""

import uuid

import pytest
import redis
from redis.exceptions import LockError

from cachelab import races
from cachelab.races.explore import prepare
from tests.oracle.brute import Brute

LIMIT = 2
LUA = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""

pytestmark = pytest.mark.filterwarnings("ignore:Call to 'set' method with experimental")


# --- limiters: db.write() stands for letting a request in ----------------------------------------


def looks_and_sets(cache, db):
    count = int(cache.get("hits") or 0)
    if count < LIMIT:
        cache.set("hits", count + 1, ex=60)
        db.write()


def looks_and_adds(cache, db):
    if int(cache.get("hits") or 0) < LIMIT:
        cache.incr("hits")
        cache.expire("hits", 60)
        db.write()


def expires_the_first(cache, db):
    count = cache.incr("hits")
    if count == 1:
        cache.expire("hits", 60)
    if count <= LIMIT:
        db.write()


def claims_then_adds(cache, db):
    cache.set("hits", 0, nx=True, ex=60)
    if cache.incr("hits") <= LIMIT:
        db.write()


def repairs(cache, db):
    count = cache.incr("hits")
    if cache.ttl("hits") == -1:
        cache.expire("hits", 60)
    if count <= LIMIT:
        db.write()


def in_a_transaction(cache, db):
    with cache.pipeline() as pipe:
        pipe.incr("hits")
        pipe.expire("hits", 60, nx=True)
        if pipe.execute()[0] <= LIMIT:
            db.write()


def claims_in_a_transaction(cache, db):
    with cache.pipeline() as pipe:
        pipe.set("hits", 0, nx=True, ex=60)
        pipe.incr("hits")
        if pipe.execute()[1] <= LIMIT:
            db.write()


def in_a_script(cache, db):
    if cache.eval(LUA, 1, "hits", 60) <= LIMIT:
        db.write()


def optimistic(cache, db):
    with cache.pipeline() as pipe:
        while True:
            try:
                pipe.watch("hits")
                count = int(pipe.get("hits") or 0)
                if count >= LIMIT:
                    return
                pipe.multi()
                pipe.set("hits", count + 1, ex=60)
                pipe.execute()
                break
            except redis.WatchError:
                pass
    db.write()


def within_the_limit(cache, db, results):
    return db.read_versioned()[1] <= LIMIT


def every_key_ends(cache, db, results):
    return cache.ttl("hits") != -1


def asked(client, fault, rule):
    report = races.explore([client] * 3, fault=fault, rules={"it": rule}, seconds=None)
    assert report.complete and report.ok == report.rules["it"].holds
    return str(report.rules["it"])


@pytest.mark.parametrize(
    ("limiter", "let_in", "crash", "lost", "expire"),
    [
        (looks_and_sets, "1,512 of 1,572", "holds", "holds", "holds"),
        (looks_and_adds, "24,120 of 25,038", "holds", "holds", "holds"),
        (expires_the_first, "holds", "48 of 408", "60 of 600", "holds"),
        (claims_then_adds, "holds", "holds", "holds", "5,508 of 11,076"),
        (repairs, "holds", "holds", "holds", "holds"),
        (in_a_transaction, "holds", "holds", "holds", "holds"),
        (claims_in_a_transaction, "holds", "holds", "holds", "holds"),
        (in_a_script, "holds", "holds", "holds", "holds"),
        (optimistic, "holds", "holds", "holds", "holds"),
    ],
)
def test_limiters_let_in_too_many_or_leave_a_key_without_a_ttl(limiter, let_in, crash, lost, expire):
    assert asked(limiter, None, within_the_limit) == let_in
    assert asked(limiter, "crash", every_key_ends) == crash
    assert asked(limiter, "lost_call", every_key_ends) == lost
    assert asked(limiter, "expire", every_key_ends) == expire


@pytest.mark.parametrize("fault", ["evict", "failover"])
def test_what_forgets_the_count_lets_in_more_however_it_was_counted(fault):
    report = races.explore([in_a_transaction] * 3, fault=fault, rules={"it": within_the_limit})
    assert report.complete and report.kind == "it"


# --- sessions after a logout ----------------------------------------


def logged_in(cache, db):
    cache.set("session", "cart=1", ex=1800)


def logged_in_with_fields(cache, db):
    cache.hset("session", mapping={"cart": 1})
    cache.expire("session", 1800)


def logs_out(cache, db):
    cache.delete("session")


def writes_back(cache, db):
    if (session := cache.get("session")) is not None:
        cache.set("session", session + "2", ex=1800)


def adds_a_field(cache, db):
    if cache.hgetall("session"):
        cache.hset("session", "cart", 2)


def slides(cache, db):
    return cache.getex("session", ex=1800)


def only_if_there(cache, db):
    if (session := cache.get("session")) is not None:
        cache.set("session", session + "2", ex=1800, xx=True)


def only_if_the_same(cache, db):
    if (session := cache.get("session")) is not None:
        cache.set("session", session + "2", ex=1800, ifeq=session)


def stays_out(cache, db, results):
    return not cache.exists("session")


def ends(cache, db, results):
    return cache.ttl("session") != -1


@pytest.mark.parametrize(
    ("request_", "start", "alive", "for_good"),
    [
        (writes_back, logged_in, "1 of 3", "holds"),
        (adds_a_field, logged_in_with_fields, "1 of 3", "1 of 3"),
        (slides, logged_in, "holds", "holds"),
        (only_if_there, logged_in, "holds", "holds"),
        (only_if_the_same, logged_in, "holds", "holds"),
    ],
)
def test_a_request_beside_a_logout_brings_the_session_back(request_, start, alive, for_good):
    report = races.explore([request_, logs_out], start=start, rules={"out": stays_out, "ends": ends})
    assert list(report.counts) == ["given"]
    assert [str(report.rules[name]) for name in ("out", "ends")] == [alive, for_good]


# --- locks around read, add, write ----------------------------------------


def adds_one(db):
    value, version = db.read_versioned()
    db.write(f"{value}+1")


def no_lock(cache, db):
    adds_one(db)


def setnx_then_expire(cache, db):
    if not cache.setnx("lock", 1):
        return
    cache.expire("lock", 10)
    adds_one(db)
    cache.delete("lock")


def set_nx_ex(cache, db):
    if not cache.set("lock", 1, nx=True, ex=10):
        return
    adds_one(db)
    cache.delete("lock")


def own_token(cache, db):
    token = uuid.uuid4().hex
    if not cache.set("lock", token, nx=True, ex=10):
        return
    adds_one(db)
    cache.execute_command("DELIFEQ", "lock", token)


def redis_pys(cache, db):
    lock = cache.lock("lock", timeout=10, blocking=False)
    if not lock.acquire():
        return
    adds_one(db)
    try:
        lock.release()
    except LockError:
        pass


def fenced(cache, db):
    if not cache.set("lock", 1, nx=True, ex=10):
        return
    value, version = db.read_versioned()
    db.write_if(version)
    cache.delete("lock")


def none_lost(cache, db, results):
    value, version = db.read_versioned()
    return value.count("+1") == version


def can_be_taken_again(cache, db, results):
    return cache.ttl("lock") != -1


@pytest.mark.parametrize(
    ("worker", "alone", "crash", "expire"),
    [
        (no_lock, "4 of 6", "holds", "4 of 6"),
        (setnx_then_expire, "holds", "6 of 46", "60 of 200"),
        (set_nx_ex, "holds", "holds", "48 of 136"),
        (own_token, "holds", "holds", "48 of 136"),
        (redis_pys, "holds", "holds", "48 of 136"),
    ],
)
def test_a_lock_that_expires_loses_updates_however_it_is_released(worker, alone, crash, expire):
    def rules_of(fault):
        rules = {"none lost": none_lost, "free again": can_be_taken_again}
        return races.explore([worker] * 2, fault=fault, rules=rules).rules

    assert str(rules_of(None)["none lost"]) == alone
    assert str(rules_of("crash")["free again"]) == crash
    assert str(rules_of("expire")["none lost"]) == expire


def test_the_row_refuses_whoever_decided_on_an_older_version():
    def commits_what_it_decided_on(cache, db, results):
        return [result for result in results if result] == ["decided on v0"]

    def decides(cache, db):
        value, version = db.read_versioned()
        return f"decided on {value}" if db.write_if(version) else None

    for fault in (None, "expire", "crash"):
        report = races.explore([fenced] * 2, fault=fault, rules={"fine": lambda cache, db, results: True})
        assert report.ok and report.complete
    report = races.explore([decides] * 2, rules={"one of them": commits_what_it_decided_on})
    assert str(report.rules["one of them"]) == "2 of 6"  # one after the other is fine, too
    steps = report.violation
    assert [step.call for step in steps] == ["db.read_versioned()", "db.write_if(0)"] + [
        "db.read_versioned()",
        "db.write_if(1)",
    ]
    refused = races.explore([decides] * 2, rules={"never": lambda cache, db, results: None not in results})
    assert refused.violation[-1].result == "refused" and "another version" in refused.violation[-1].note


def test_a_conditional_write_within_a_transaction_waits_for_the_row_and_may_write_nothing():
    def transfers(cache, db):
        _, version = db.read_versioned()
        with db.transaction():
            done = db.write_if(version)
            cache.delete("product")
        return bool(done)

    def once(cache, db, results):
        return results.count(True) == db.read_versioned()[1]

    rules = {"each success is a commit": once, "all succeed": lambda cache, db, results: all(results)}
    report = races.explore([transfers] * 2, rules=rules)
    assert report.rules["each success is a commit"].holds and not report.rules["all succeed"].holds


# --- against every schedule, one by one ----------------------------------------


@pytest.mark.parametrize("fault", [None, "crash", "lost_call", "expire"])
@pytest.mark.parametrize("client", [looks_and_sets, expires_the_first, claims_then_adds, set_nx_ex, fenced])
def test_counts_and_shortest_schedules_are_those_of_every_schedule_one_by_one(client, fault):
    rules = {
        "in": lambda cache, db, results: db.read_versioned()[1] <= 1,
        "ends": lambda cache, db, results: -1 not in (cache.ttl("hits"), cache.ttl("lock")),
        "all": lambda cache, db, results: (
            not any(result == "failed" or isinstance(result, Exception) for result in results)
        ),
    }
    faults = {fault} - {None}
    report = races.explore([client] * 2, fault=fault, rules=rules)
    outcome = Brute([client] * 2, faults, 1, rules=rules).explore()["cold"]
    for name, verdict in report.rules.items():
        assert (verdict.violating, verdict.schedules) == (outcome.broken.get(name, 0), outcome.schedules)
        assert (len(verdict.violation) if verdict.violation else None) == outcome.shortest.get(name)


def test_an_expiry_may_come_when_everybody_has_ended():
    def claims_and_counts(cache, db):
        cache.set("hits", 0, nx=True, ex=60)
        return cache.incr("hits") <= LIMIT

    rules = {"at most two": lambda cache, db, results: results.count(True) <= LIMIT}
    verdict = races.explore([claims_and_counts] * 3, fault="expire", rules=rules).rules["at most two"]
    outcome = Brute([claims_and_counts] * 3, {"expire"}, 1, rules=rules).explore()["cold"]
    orders = 90  # of six calls, two by each
    moments = 1 + 5 + 1  # never, after one of the calls but the last, or when everybody has ended
    assert verdict.schedules == outcome.schedules == orders * moments
    assert verdict.violating == outcome.broken["at most two"]


def test_a_round_answered_as_the_one_before_is_not_counted_again():
    def tries_again(cache, db):
        with cache.pipeline() as pipe:
            while True:
                try:
                    pipe.watch("hits")
                    count = int(pipe.get("hits") or 0)
                    pipe.multi()
                    pipe.set("hits", count + 1, ex=60)
                    return pipe.execute()
                except redis.WatchError:
                    pass

    rules = {"ends": every_key_ends}
    search = prepare([tries_again] * 2, "expire", rules=rules)
    search.run(None)
    outcome = Brute([tries_again] * 2, {"expire"}, 1, rules=rules).explore()["cold"]
    counted = search.counts["cold"].schedules
    graph = search.graph
    for number, target in graph.folded:  # a fault came during each, so none of them closes a circle
        graph.next[number].append(target)
    paths, _ = graph.count(lambda state: False)
    assert counted < paths[0] == outcome.schedules  # 106 and 124
    assert search.broken["ends"]["cold"].violating == outcome.broken.get("ends", 0) == 0


@pytest.mark.parametrize(("count", "fault"), [(2, "expire"), (2, "crash"), (3, None)])
def test_a_rule_may_mind_which_of_two_equal_clients_a_result_is_of(count, fault):
    def tells_its_number(cache, db):
        cache.get("hits")
        return cache.incr("hits")

    rules = {
        "the first is first": lambda cache, db, results: results[0] == 1,
        "the last is last": lambda cache, db, results: results[-1] == count,
        "in order": lambda cache, db, results: results == sorted(results, key=str),
        "one is first": lambda cache, db, results: results.count(1) <= 1,
    }
    report = races.explore([tells_its_number] * count, fault=fault, rules=rules)
    outcome = Brute([tells_its_number] * count, {fault} - {None}, 1, rules=rules).explore()["cold"]
    for name, verdict in report.rules.items():
        assert (verdict.violating, verdict.schedules) == (outcome.broken.get(name, 0), outcome.schedules)
    assert [verdict.holds for verdict in report.rules.values()] == [False, False, False, True]


# --- what a rule sees, and what is wrong with one ----------------------------------------


def test_what_the_next_request_repairs_is_no_harm():
    def repairs_the_others(cache, db):
        count = cache.incr("hits")
        if cache.ttl("hits") == -1:
            cache.expire("hits", 60)
        return count <= LIMIT

    def leaves_it(cache, db):
        cache.incr("hits")

    rules = {"now": every_key_ends, "then": races.after(repairs_the_others, every_key_ends)}
    report = races.explore([leaves_it] * 2, rules=rules)
    assert (str(report.rules["now"]), str(report.rules["then"])) == ("2 of 2", "holds")
    assert list(report.violations) == ["now"] and report.verdict == ".r" and not report.ok


def test_rules_are_told_what_each_client_returned_raised_or_never_said():
    def gives(cache, db):
        cache.get("product")
        cache.get("price")
        return {"id": 7}

    def raises(cache, db):
        cache.get("product")
        cache.get("price")
        raise KeyError("product")

    seen = []

    def rule(cache, db, results):
        seen.append(results)
        return True

    report = races.explore([gives, raises], fault="crash", rules={"told": rule})
    kinds = {tuple(type(result).__name__ for result in results) for results in seen}
    assert kinds == {("dict", "KeyError"), ("NoneType", "KeyError"), ("dict", "NoneType")} and len(seen) >= 3
    assert "raises raises KeyError" in report.broken[0]


def test_a_rule_may_change_the_cache_and_nothing_comes_of_it():
    def rule(cache, db, results):
        found = cache.get("product")
        cache.set("product", "the rule was here")
        db.write()
        return found == "v0"

    def stores(cache, db):
        cache.set("product", db.read())

    report = races.explore([stores] * 2, rules={"a": rule, "b": rule})
    assert report.ok and all(asked.holds for asked in report.rules.values())


def test_a_probe_is_asked_beside_the_rules():
    def reader(cache, db):
        if (value := cache.get("product")) is None:
            cache.set("product", value := db.read())
        return value

    def writer(cache, db):
        db.write()
        cache.delete("product")

    rules = {"at most one key": lambda cache, db, results: cache.exists("product") in (0, 1)}
    report = races.explore([reader, writer], probe=reader, rules=rules)
    assert (report.kind, report.violating) == ("X", races.explore([reader, writer]).violating)
    assert report.rules["at most one key"].holds
    assert races.explore([reader, writer], rules=rules).ok


def test_the_start_is_where_schedules_begin_in_cache_and_database():
    def fill(cache, db):
        cache.set("product", db.write()[0], ex=60)

    def reader(cache, db):
        if (value := cache.get("product")) is None:
            cache.set("product", value := db.read())
        return value

    def writer(cache, db):
        db.write()
        cache.delete("product")

    report = races.explore([reader, writer], fault="expire", start=fill)
    assert list(report.counts)[0] == "given" and report.log_at_start == ("v0", "v1")
    assert "from a given cache" in report.table() and "given cache" in str(report.bounds)
    assert report.violation[-1].db == "v2"
    game = report.play()
    assert game.cache_at_start == {"product": "v1"} and game.start == "given"
    lagging = races.play([reader, writer], fault="replica_lag", start=fill)
    assert lagging.do(0).replica == "v1"


def test_a_game_says_which_rule_is_broken():
    rules = {"at most one": lambda cache, db, results: db.read_versioned()[1] <= 1}
    game = races.play([looks_and_sets] * 2, rules=rules)
    assert game.shortest is not None
    while not game.finished:
        game.do(game.hint() if game.distance else 0)
    assert game.violated == "“at most one” does not hold."


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"rules": [every_key_ends]}, TypeError, "a dict of names and functions"),
        ({"rules": {"a": 3}}, TypeError, "not a function"),
        ({"rules": {"a": lambda cache, db: True}}, TypeError, "cache, db, results"),
        ({"rules": {"K": every_key_ends}}, ValueError, "kind of violation"),
        ({"rules": {"a": lambda cache, db, results: None}}, TypeError, "the rule 'a' returned None"),
        (
            {"rules": {"a": lambda cache, db, results: results[7]}},
            ValueError,
            "the rule 'a' raises IndexError",
        ),
        ({"rules": {"a": every_key_ends}, "start": lambda cache: None}, TypeError, "cache, db"),
        (
            {"rules": {"a": every_key_ends}, "start": lambda cache, db: 1 / 0},
            ValueError,
            "start=.* raises Zero",
        ),
    ],
)
def test_bad_rules_and_starts_are_refused_with_a_reason(options, error, words):
    with pytest.raises(error, match=words):
        races.explore([repairs] * 2, **options)


def test_a_version_that_is_none_is_refused_with_a_reason():
    with pytest.raises(races.NotModelled, match=r"db\.write_if\('v0'\)"):
        races.explore([lambda cache, db: db.write_if(db.read())], rules={"a": every_key_ends})
