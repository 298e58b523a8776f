"""Sorted sets, lists, sets, streams, the keys there are, the server's clock, in clients that are explored."""

import time

import pytest

from cachelab import races
from cachelab.races.models import valkey

LIMIT = 2
SLIDING = """
local now = redis.call('TIME')
local at = now[1] * 1000000 + now[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - 60 * 1000000)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], at, at)
redis.call('EXPIRE', KEYS[1], 60)
return 1
"""


def run(*commands):
    """The last reply of some commands, each a text, and the keyspace."""
    keyspace, reply = valkey.EMPTY, None
    for text in commands:
        reply, keyspace, _ = valkey.execute(keyspace, tuple(word.encode() for word in text.split()))
    return reply, keyspace


def limits(cache, db, results):
    return results.count(True) <= LIMIT


# --- sorted sets ---


def counts_then_adds(cache, db):
    if cache.zcard("log") >= LIMIT:
        return False
    cache.zadd("log", {db.new_value(): 1})
    return True


def adds_then_counts(cache, db):
    with cache.pipeline() as pipe:
        pipe.zadd("log", {db.new_value(): 1})
        pipe.zcard("log")
        return pipe.execute()[1] <= LIMIT


def in_a_script(cache, db):
    return bool(cache.eval(SLIDING, 1, "log", LIMIT))


def test_a_log_that_is_counted_before_it_grows_lets_in_too_many():
    rules = {"at most two": limits}
    assert not races.explore([counts_then_adds] * 3, rules=rules).ok
    assert races.explore([adds_then_counts] * 3, rules=rules).ok
    report = races.explore([in_a_script] * 3, rules=rules)
    assert report.ok and any("microsecond" in note for note in report.notes)


def test_scores_are_shown_as_the_server_writes_them():
    def scores(cache, db):
        cache.zadd("board", {"ann": 1.5, "bob": 3})
        return db.read()

    game = races.play([scores, lambda cache, db: db.write()])
    step = game.do(next(i for i, move in enumerate(game.moves()) if move.client == "scores"))
    assert step.cache == {"board": {"ann": "1.5", "bob": "3"}}
    assert "board={ann: 1.5, bob: 3}" in game.table()


# --- lists ---


def test_a_job_is_lost_or_done_twice_by_who_dies():
    def queued(cache, db):
        cache.rpush("jobs", "one", "two")

    def takes(cache, db):
        if job := cache.lpop("jobs"):
            db.write(job)

    def moves(cache, db):
        if job := cache.lmove("jobs", "busy", "LEFT", "RIGHT"):
            db.write(job)
            cache.lrem("busy", 1, job)

    def none_lost(cache, db, results):
        held = cache.lrange("jobs", 0, -1) + cache.lrange("busy", 0, -1)
        return len(held) + db.read_versioned()[1] >= 2

    rules = {"none lost": none_lost}
    assert not races.explore([takes] * 2, fault="crash", start=queued, rules=rules).ok
    assert races.explore([moves] * 2, fault="crash", start=queued, rules=rules).ok


# --- streams ---


def put(cache, db):
    cache.xadd("jobs", {"job": "one"})
    cache.xgroup_create("jobs", "workers", id="0")


def works(cache, got):
    """Do each job."""
    for number, fields in got:
        cache.xadd("done", {"job": fields["job"]})
        cache.xack("jobs", "workers", number)


def takes(cache, db):
    for _, got in cache.xreadgroup("workers", "ann", {"jobs": ">"}, count=1):
        works(cache, got)


def takes_over(cache, db):
    works(cache, cache.xautoclaim("jobs", "workers", "bob", 0)[1])


def none_waits_for_ever(cache, db, results):
    return cache.xpending("jobs", "workers")["pending"] == 0


def none_done_twice(cache, db, results):
    return cache.xlen("done") <= 1


def test_a_dead_workers_job_waits_until_somebody_takes_it_over_and_a_slow_ones_is_done_twice():
    rules = {"no job waits for ever": none_waits_for_ever, "none is done twice": none_done_twice}
    report = races.explore([takes, takes], fault="crash", start=put, rules=rules)
    calls = [step.call.split()[0] for step in report.rules["no job waits for ever"].violation]
    assert calls.index("XREADGROUP") < calls.index("crashes") and "XACK" not in calls
    rules["no job waits for ever"] = races.after(takes_over, none_waits_for_ever)
    report = races.explore([takes, takes], fault="crash", start=put, rules=rules)
    assert report.rules["no job waits for ever"].holds
    twice = races.explore([takes, takes_over], start=put, rules=rules).rules["none is done twice"].violation
    calls = [step.call.split()[0] for step in twice]
    assert calls[0] == "XREADGROUP" and calls.index("XAUTOCLAIM") < calls.index("XACK")
    assert twice[0].key == "jobs" and twice[0].cache["jobs"]["pending in workers"].endswith("-0 at ann")


def test_ids_that_the_server_makes_are_of_one_millisecond_and_follow_each_other():
    reply, keyspace = run("XADD jobs * job one", "XADD jobs * job two", "XADD other * job three")
    assert reply == b"1800000000000-0"
    assert list(valkey.contents(keyspace)["jobs"]) == ["1800000000000-0", "1800000000000-1"]
    assert run("XADD jobs 1800000000001-7 job one", "XADD jobs * job two")[0] == b"1800000000001-8"
    assert valkey.contents(keyspace)["other"] == {"1800000000000-0": "job=three"}


def test_ids_that_a_script_makes_are_not_replayed():
    def adds(cache, db):
        cache.eval("redis.call('XADD', KEYS[1], '*', 'job', 'one')", 1, "jobs")

    report = races.explore([adds] * 2, rules={"one": lambda cache, db, results: cache.xlen("jobs") < 2})
    with pytest.raises(ValueError, match="With XADD outside the script it can"):
        report.replay()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("XREAD BLOCK 0 STREAMS jobs $", "XREAD … BLOCK: nobody waits here; ask without it"),
        ("XAUTOCLAIM jobs workers bob 60000 0", "XAUTOCLAIM with a min-idle-time of 60000: .* Ask with 0"),
        ("XPENDING jobs workers IDLE 9 - + 1", "XPENDING … IDLE 9"),
        ("XCLAIM jobs workers bob 0 1-1 IDLE 5", "XCLAIM … IDLE"),
        ("XGROUP HELP", "XGROUP HELP"),
        ("XINFO STREAM jobs", "XINFO"),
    ],
)
def test_what_would_take_time_is_refused_with_the_way_out(words, told):
    with pytest.raises(races.NotModelled, match=f"not modelled: {told}"):
        run("XADD jobs 1-1 job one", "XGROUP CREATE jobs workers 0", words)


# --- which keys there are ---


def test_a_key_that_comes_after_the_scan_is_not_deleted():
    def reader(cache, db):
        if (value := cache.get("product:7")) is None:
            cache.set("product:7", value := db.read())
        return value

    def clears(find):
        def writer(cache, db):
            db.write()
            for key in find(cache):
                cache.delete(key)

        return writer

    for find in (lambda cache: cache.keys("product:*"), lambda cache: cache.scan_iter("product:*")):
        report = races.explore([reader, clears(find)])
        assert report.kind == "X" and "SET product:7" in report.table()


def test_a_scan_in_pages_tells_each_key_once_and_not_those_that_come_too_late():
    fill = [f"SET product:{number} v" for number in range(7)]
    _, keyspace = run(*fill)
    cursor, told, pages = b"0", [], 0
    while pages == 0 or cursor != b"0":
        (cursor, found), _, _ = valkey.execute(keyspace, (b"SCAN", cursor, b"COUNT", b"2"))
        told, pages = told + found, pages + 1
    assert sorted(told) == valkey.keys(keyspace) and pages == 4
    (cursor, _), _, _ = valkey.execute(keyspace, (b"SCAN", b"0", b"COUNT", b"2"))
    _, emptied, _ = valkey.execute(keyspace, (b"DEL", *valkey.keys(keyspace)))
    assert valkey.execute(emptied, (b"SCAN", cursor))[0] == [b"0", []]


def test_a_pattern_that_is_not_understood_is_refused():
    with pytest.raises(races.NotModelled, match=r"the pattern \[a"):
        run("KEYS [a")


# --- the clock ---


def test_who_asks_later_is_told_a_later_time_and_a_script_asks_once():
    first, keyspace = run("TIME")
    second, keyspace, _ = valkey.execute(keyspace, (b"TIME",))
    assert [int(word) for word in second] > [int(word) for word in first]
    twice = b"return redis.call('TIME')[2] == redis.call('TIME')[2]"
    assert valkey.execute(keyspace, (b"EVAL", twice, b"0"))[0] == 1
    assert valkey.keys(keyspace) == [] and valkey.contents(keyspace) == {} and valkey.expiring(keyspace) == []
    assert run("TIME", "KEYS *", "DBSIZE")[0] == 0


def test_a_member_named_after_the_second_is_counted_once_for_two_requests():
    def by_the_second(cache, db):
        second, _ = cache.time()
        with cache.pipeline() as pipe:
            pipe.zadd("log", {second: second})
            pipe.zcard("log")
            return pipe.execute()[1] <= 1

    report = races.explore(
        [by_the_second] * 2, rules={"at most one": lambda c, db, results: sum(results) <= 1}
    )
    assert report.rules["at most one"].violating == report.schedules
    with pytest.raises(ValueError, match="TIME cannot be replayed"):
        report.replay()


def test_a_moment_at_which_a_key_ends_is_no_doubt_but_one_that_is_compared_is():
    def ends(cache, db):
        cache.set("session", "ann")
        cache.expireat("session", int(time.time()) + 60)
        with cache.pipeline() as pipe:
            pipe.set("session", "bob", exat=int(time.time()) + 60)
            pipe.pexpireat("session", int(time.time()) * 1000 + 60_000)
            pipe.execute()

    def later_wins(cache, db):
        cache.expireat("session", int(time.time()) + 90, gt=True)

    rules = {"ends": lambda cache, db, results: 0 < cache.ttl("session") <= 90}
    assert races.explore([ends] * 2, rules=rules).ok
    report = races.explore([ends, later_wins], rules=rules)
    assert report.doubt and not report.ok
    assert str(report.rules["ends"]) == "unknown" and not report.rules["ends"].holds


def test_what_is_not_modelled_is_refused_by_name():
    for ask in (
        lambda cache: cache.spop("tags"),
        lambda cache: cache.blpop("jobs"),
        lambda cache: cache.pfadd("seen", 1),
    ):
        with pytest.raises(races.NotModelled, match="not modelled: (SPOP|BLPOP|PFADD)"):
            races.explore([lambda cache, db, ask=ask: ask(cache)], rules={"any": limits})
