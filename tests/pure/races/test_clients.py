"""Clients are real redis-py and pymemcache code; what they cannot do is refused, what they do wrong named."""

import asyncio
import datetime
import json
import os
import pickle
import random
import secrets
import socket
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
import redis
from redis.exceptions import ConnectionError, WatchError

from cachelab import races
from cachelab.learner.clock import Virtual
from cachelab.races import strategies as course
from cachelab.races.explore import prepare
from tests.oracle import surfaces

KEY = "k"


def reader(cache, db):
    value = cache.get(KEY)
    if value is None:
        value = db.read()
        cache.set(KEY, value)
    return value


def writer(cache, db):
    db.write()
    cache.delete(KEY)


def observe(client, memcached=False):
    """Run a client of surfaces.py alone in the explorer; returns what it was answered."""
    seen = []

    def run(cache, db):
        seen.clear()
        client(cache, seen)
        return db.read()

    races.explore([run], memcached=memcached)
    return seen


# --- the surfaces ------------------------------------------------------------


@pytest.mark.parametrize(
    ("client", "answers"), surfaces.VALKEY, ids=lambda part: getattr(part, "__name__", "")
)
def test_redis_py_answers_in_its_own_types(client, answers):
    assert observe(client) == answers


@pytest.mark.parametrize(
    ("client", "answers"), surfaces.MEMCACHED, ids=lambda part: getattr(part, "__name__", "")
)
def test_pymemcache_answers_in_its_own_types(client, answers):
    assert observe(client, memcached=True) == answers


def test_a_lost_call_is_the_librarys_own_exception():
    seen = set()

    def careful(cache, db):
        with cache.pipeline() as pipe:
            try:
                pipe.watch(KEY)
                pipe.multi()
                pipe.set(KEY, "x")
                pipe.execute()
            except (ConnectionError, WatchError) as error:
                seen.add((type(error).__name__, str(error)))
        return db.read()

    races.explore([careful, writer], fault="lost_call")
    assert seen == {
        ("ConnectionError", "Connection closed by server."),
        ("WatchError", "A ConnectionError occurred while watching one or more keys"),
        ("WatchError", "Watched variable changed."),
    }


# --- refusals ------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda cache: cache.spop("s"), "not modelled: SPOP. These commands are: APPEND"),
        (lambda cache: cache.flushdb(), "not modelled: FLUSHDB"),
        (lambda cache: cache.pubsub(), "not modelled: cache.pubsub"),
        (lambda cache: cache.set("a", 1, ifne=2), "SET … IFNE"),
        (lambda cache: cache.execute_command("WATCH", "a"), "outside a pipeline"),
        (lambda cache: cache.eval("return redis.call('SPOP', 's')", 0), "not modelled: SPOP"),
        (lambda cache: cache.eval("return 0/0", 0), "a script that returns the number"),
        (lambda cache: cache.eval("local t = {} t[1] = t return t", 0), "a table without an end"),
        (lambda cache: cache.eval("return math.random()", 0), r"not modelled: math.random in a Lua script"),
    ],
)
def test_what_the_model_lacks_is_refused_even_if_the_client_catches_everything(action, words):
    def client(cache, db):
        try:
            action(cache)
        except Exception:
            pass
        return db.read()

    with pytest.raises(races.NotModelled, match=words) as refusal:
        races.explore([client, writer])
    assert str(refusal.value).startswith("client, line ")


POOL = ThreadPoolExecutor(1)


@pytest.mark.parametrize(
    "action",
    [
        lambda cache: threading.Thread(target=cache.delete, args=(KEY,)).start(),
        lambda cache: threading.Timer(0.01, cache.delete, (KEY,)).start(),
        lambda cache: asyncio.run(asyncio.to_thread(cache.delete, KEY)),
        lambda cache: POOL.submit(cache.delete, KEY).result(),
    ],
    ids=["thread", "timer", "asyncio", "a thread that was there before"],
)
def test_threads_are_refused(action, capfd):
    POOL.submit(int).result()

    def in_the_background(cache, db):
        db.write()
        action(cache)

    with pytest.raises(races.NotModelled, match="line [0-9]+.*not modelled: threads"):
        races.explore([reader, in_the_background])
    assert capfd.readouterr().err == ""
    threading.Thread(target=int).start()  # elsewhere they start as ever


def test_a_connection_of_its_own_is_refused_at_once_and_only_inside_a_client():
    here, there = socket.socketpair()
    own = redis.Redis(port=1, retry=None)

    def with_a_client_of_its_own(cache, db):
        try:
            own.get(KEY)
        except redis.RedisError:
            return db.read()

    def with_a_socket(cache, db):
        there.recv(1)  # nobody sends: it would wait for ever
        return db.read()

    for client in (with_a_client_of_its_own, with_a_socket):
        with pytest.raises(races.NotModelled, match="line [0-9]+.*not modelled: a connection of its own"):
            races.explore([client, writer])
    here.sendall(b"x")
    assert there.recv(1) == b"x" and "recv" not in vars(socket.socket)  # elsewhere they talk as ever
    here.close(), there.close()


def test_that_add_is_answered_here_and_not_by_default_is_told():
    def fill(cache, db):
        cache.add(KEY, db.read())

    def change(cache, db):
        db.write()
        cache.delete(KEY)

    (note,) = [note for note in races.explore([fill, change], memcached=True).notes if "noreply" in note]
    assert "default_noreply=False" in note


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (lambda cache: cache.flush_all(), "not modelled: flush_all"),
        (lambda cache: cache.delete("a", noreply=True), "not modelled: noreply=True"),
        (lambda cache: cache.raw_command("mg"), "not modelled: 'mg', which has not as many words"),
        (lambda cache: cache.raw_command("incr a 1 2"), "not modelled: 'incr a 1 2', which has not"),
        (lambda cache: cache.raw_command("mg a h"), "the flag h of mg"),
        (lambda cache: cache.raw_command("mg a v", "MN\r\n"), "waits for its end_tokens"),
        (
            lambda cache: cache.raw_command("ms a 1 Cb'7'\r\nx"),
            "Cb'7' in ms. .* b'7' is not a number",
        ),
        (lambda cache: cache.raw_command("mg a v N"), "N in mg. .* nothing is not a number"),
        (lambda cache: cache.raw_command("cas a 0 0 1 token\r\nx"), "token in cas. .* token is not a number"),
        (lambda cache: cache.set("a", "1", expire=3_000_000), "more than 30 days"),
    ],
)
def test_what_the_model_of_memcached_lacks_is_refused(action, words):
    def client(cache, db):
        action(cache)
        return db.read()

    with pytest.raises(races.NotModelled, match=words):
        races.explore([client], memcached=True)


def test_the_database_has_a_few_methods_only():
    def client(cache, db):
        return db.query("SELECT 1")

    with pytest.raises(races.NotModelled, match=r"not modelled: db.query. These are: db.read\(\)"):
        races.explore([client])


def test_an_endless_script_is_stopped():
    def client(cache, db):
        cache.eval("while true do end", 0)
        return db.read()

    with pytest.raises(races.Endless, match="client, line [0-9]+: cache.eval.*Lua script"):
        races.explore([client])


# --- clients that misbehave ------------------------------------------------------------


def test_a_client_that_depends_on_anything_else_is_named_with_both_lines():
    calls = []

    def moody(cache, db):
        calls.append(1)
        if len(calls) % 2:
            return cache.get("odd")
        return cache.get("even")

    with pytest.raises(races.NotDeterministic, match=r"GET odd \(line \d+.*GET even \(line \d+"):
        races.explore([moody, writer])


def test_a_result_that_depends_on_anything_else_is_noticed_too():
    calls = []

    def moody(cache, db):
        calls.append(1)
        db.read()
        return f"v{len(calls)}"

    with pytest.raises(races.NotDeterministic, match="run again with the same answers"):
        races.explore([moody])


def swallow_everything(cache, db):
    while True:
        try:
            return reader(cache, db)
        except:  # noqa: E722
            pass


def test_a_bare_except_hides_nothing_and_is_told_so():
    report = races.explore([swallow_everything, writer])
    assert report.counts["cold"].schedules == 10 and report.verdict == "X"
    assert any("catches everything" in note for note in report.notes)


def spin(cache, db):
    cache.get(KEY)
    while True:
        try:
            pass
        except:  # noqa: E722
            pass


def test_a_loop_without_calls_is_stopped_and_its_line_named():
    with pytest.raises(
        races.Endless, match=r"spin ran for .* without a call .* at line \d+: (while True|try|pass)"
    ):
        races.explore([spin, writer])


def test_a_loop_that_calls_for_ever_hits_a_cap():
    def count(cache, db):
        while cache.incr("n"):
            pass

    with pytest.raises(races.Endless, match="made 200 calls and still has no answer"):
        races.explore([count, writer], probe=reader)


def appends(pipe):
    old = pipe.get(KEY) or ""
    pipe.set(KEY, old + "x")  # without pipe.multi(): at once, so that it touches the key that is watched


def test_a_transaction_that_never_commits_is_told_before_the_time_is_over():
    def writer(cache, db):
        cache.transaction(appends, KEY)
        db.write()

    search = prepare([reader, writer])
    with pytest.raises(races.Endless, match="calls and still has no answer"):
        search.run(None)
    assert search.session.runs < 2_000  # rounds that bring something new each time are not foreseen
    with pytest.raises(races.Endless, match="made 51 calls and still has no answer"):
        races.explore([reader, writer], seconds=0)


def test_a_client_that_polls_by_calling_itself_is_one_that_polls_in_a_loop():
    def by_itself(cache, db):
        value = cache.get(KEY)
        if value is not None:
            return value
        if cache.set("lock", "1", nx=True, ex=10):
            value = db.read()
            cache.set(KEY, value)
            cache.delete("lock")
            return value
        time.sleep(0.01)
        return by_itself(cache, db)

    for fault in (None, "crash"):
        one, other = (races.explore([c, c, writer], fault=fault) for c in (by_itself, lock_and_fill(ttl=10)))
        assert (one.verdict, one.counts, one.broken) == (other.verdict, other.counts, [])


def test_a_function_that_calls_itself_without_a_call_to_the_cache_fails():
    def deep(cache, db):
        cache.get(KEY)

        def again():
            return again()

        return again()

    assert "RecursionError" in races.explore([deep, writer], probe=reader).broken[0]


def test_an_exception_in_a_client_is_reported_with_its_line():
    def careless(cache, db):
        return cache.get(KEY).upper()

    report = races.explore([careless, writer])
    assert not report.ok
    assert report.broken == [
        "careless raises AttributeError: 'NoneType' object has no attribute 'upper' "
        f"(line {careless.__code__.co_firstlineno + 1}: return cache.get(KEY).upper())"
    ]


def test_a_reader_that_fails_by_itself_is_no_race():
    report = races.explore([lambda cache, db: cache.get(KEY).upper(), writer])
    assert report.headline == "<lambda> ‖ writer: an exception escapes"


def test_an_exception_that_only_a_race_brings_about_is_a_violation():
    def optimistic(cache, db):
        with cache.pipeline() as pipe:
            pipe.watch(KEY)
            value = pipe.get(KEY)
            if value is None:
                value = db.read()
                pipe.multi()
                pipe.set(KEY, value)
                pipe.execute()  # WatchError escapes
            return value

    def tombstone(cache, db):
        db.write()
        cache.set(KEY, "v0")
        cache.delete(KEY)

    for clients in ([optimistic, tombstone], [tombstone, optimistic]):
        report = races.explore(clients)
        assert "broken" in report.violations and not report.ok
        assert report.violations["broken"][-1].note.endswith("optimistic raises WatchError")


def test_a_client_that_gives_up_waiting_is_the_last_to_move():
    def patient(cache, db):
        with cache.lock("lock", timeout=5, blocking_timeout=3):
            return reader(cache, db)

    report = races.explore([patient, patient, writer])
    *_, last = report.violations["broken"]
    assert "in vain" in last.note and last.note.endswith("patient 2 raises LockError")
    assert report.explain("broken").startswith("patient 2 raises LockError")


def test_a_handler_that_always_fails_is_named():
    def handler(cache, version):
        raise KeyError(version)

    report = races.explore([reader, lambda cache, db: db.write() and None, races.cdc(handler)])
    assert "cdc raises KeyError: 1" in report.broken[0]
    assert report.violations["broken"][-1].call == "db.write()"


def test_an_exploration_inside_a_client_is_refused():
    def curious(cache, db):
        return races.explore([reader, writer]).verdict

    assert "cannot be called by a client function" in races.explore([curious, writer]).broken[0]


def test_an_exception_caused_by_a_fault_is_not_held_against_the_client():
    assert races.explore([reader, writer], fault="lost_call").broken == []


@pytest.mark.parametrize(
    ("clients", "note"),
    [
        ([lambda cache, db: "v0", writer], "touches neither the cache nor the database"),
        ([reader, lambda cache, db: cache.delete(KEY)], "does the writer call db.write"),
        ([lambda cache, db: cache.get(KEY), writer], "never reads the database"),
        ([reader, lambda cache, db: db.write() and None], "leaves the cache alone"),
        ([lambda cache, db: db.read_versioned(), writer], "returned .'v0', 0., of type tuple"),
        ([lambda cache, db: reader(cache, db) and None, writer], "returns None, even from an empty cache"),
        ([lambda cache, db: print("hello") or reader(cache, db), writer], "prints"),
        ([lambda cache, db: sleep(9) or reader(cache, db), writer], "Time proves nothing"),
        ([lambda cache, db: random.random() and reader(cache, db), writer], "draws random numbers"),
        ([lambda cache, db: time.time() and reader(cache, db), writer], "looks at the clock"),
        ([lambda cache, db: str(cache.ttl(KEY)) and reader(cache, db), writer], "TTL answers the whole"),
    ],
)
def test_what_a_learner_should_know_is_noted(clients, note, capsys):
    import re

    report = races.explore(clients, probe=reader)
    assert re.search(note, " ".join(report.notes)), report.notes
    assert capsys.readouterr().out == ""


def test_a_reader_that_nobody_asks_in_the_end_is_named():
    def page(cache, db):
        return cache.get("page:1") or db.read()

    words = "In the end reader is asked what the cache holds, and page is not"
    assert words in " ".join(races.explore([reader, page, writer]).notes)
    assert races.explore([reader, page, writer], probe=page).notes == []
    assert races.explore([reader, reader, writer]).notes == []


def test_what_a_library_draws_for_its_client_is_not_held_against_it():
    def locked(cache, db):
        with cache.lock("lock", timeout=10):
            return reader(cache, db)

    assert races.explore([locked, writer]).notes == []


def test_faults_that_change_nothing_are_noted():
    assert "nobody reads db.replica" in " ".join(races.explore([reader, writer], fault="replica_lag").notes)
    assert "no key ever has a TTL" in " ".join(races.explore([reader, writer], fault="expire").notes)


# --- time and chance ------------------------------------------------------------


def test_time_and_chance_are_virtual_unique_to_a_client_and_the_same_on_every_run():
    drawn = {}

    def client(cache, db):
        began = time.monotonic()
        sleep(1000)
        token = [
            uuid.uuid4().hex,
            uuid.uuid1().hex,
            secrets.token_hex(4),
            os.urandom(4).hex(),
            str(random.random()),
            str(time.time()),
            str(os.getpid()),
            datetime.datetime.now().isoformat(),
        ]
        assert time.monotonic() - began >= 1000 and len(set(token)) == len(token)
        drawn.setdefault(tuple(token), 0)
        drawn[tuple(token)] += 1
        cache.set(token[0], " ".join(token))
        return db.read()

    state, before = random.getstate(), time.time()
    races.explore([client, client, writer])
    assert time.time() - before < 60 and random.getstate() == state  # and all of it is put back
    assert type(datetime.datetime.now()) is datetime.datetime
    # two clients, the reader that warms the cache, the new reader and its successors: each its own, and each
    # once more at another time of day
    assert 4 <= len(drawn) <= 20 and max(drawn.values()) > 2


def test_moments_are_pickled_by_clients_as_by_everybody():
    moment = datetime.datetime(2027, 1, 15, tzinfo=datetime.UTC)

    def pickling(cache, db):
        made = datetime.datetime.fromisoformat("2027-01-15T00:00:00+00:00")
        assert pickle.loads(pickle.dumps([moment, made])) == [moment, moment] and type(made) is type(moment)
        pickle.dumps(datetime.datetime.now())
        return reader(cache, db)

    assert races.explore([pickling, writer]).broken == races.explore([reader, writer]).broken


@pytest.mark.parametrize("moment", ["start", "stop"])
def test_after_an_interrupt_the_world_is_as_before(moment, monkeypatch):
    before, out = time.time, sys.stdout
    real = getattr(Virtual, moment)

    def interrupted(self, *args):
        if moment == "start":
            real(self, *args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Virtual, moment, interrupted)
        with pytest.raises(KeyboardInterrupt):
            races.explore([reader, writer])
    assert time.time is before and sys.stdout is out
    assert races.explore([reader, writer]).verdict == "X"


def test_interchangeable_clients_stop_being_so_when_they_use_their_identity():
    def token_reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            token = uuid.uuid4().hex
            if cache.set("lock", token, nx=True):
                value = db.read()
                assert cache.get("lock") == token
                cache.delete("lock")
            else:
                value = db.read()
        return value

    assert races.explore([token_reader, token_reader, writer]).broken == []


def test_outlast_readers_belongs_in_a_client():
    with pytest.raises(RuntimeError, match="only inside a client"):
        races.outlast_readers()


# --- clients that poll ------------------------------------------------------------


def lock_and_fill(give_up=None, ttl=None, reckless=False):
    """A reader that waits for a lock, for ever or so many times; then it reads, perhaps fills, without."""

    def polling_reader(cache, db):
        rounds = 0
        while give_up is None or rounds < give_up:
            value = cache.get(KEY)
            if value is not None:
                return value
            if cache.set("lock", "1", nx=True, ex=ttl):
                value = db.read()
                cache.set(KEY, value)
                cache.delete("lock")
                return value
            rounds += 1
            time.sleep(0.01)
        value = db.read()
        if reckless:
            cache.set(KEY, value)
        return value

    return polling_reader


def lock_and_delete(ttl=None):
    def polling_writer(cache, db):
        while not cache.set("lock", "1", nx=True, ex=ttl):
            time.sleep(0.1)
        db.write()
        cache.delete(KEY)
        cache.delete("lock")

    return polling_writer


@pytest.mark.parametrize("give_up", [None, 2, 3, 50])
def test_polling_clients_are_explored_completely(give_up):
    clients = [lock_and_fill(give_up)] * 2 + [lock_and_delete()]
    report = races.explore(clients)
    assert report.complete and report.verdict == "." and report.ok, report
    assert any("polls" in note for note in report.notes)


@pytest.mark.parametrize("fault", [None, "evict", "expire", "crash", "lost_call"])
@pytest.mark.parametrize("ttl", [None, 5])
def test_folding_fifty_rounds_finds_what_exploring_four_of_them_finds(fault, ttl):
    for other in (lock_and_delete(ttl), writer):
        found = set()
        for give_up in (4, 50):
            report = races.explore([lock_and_fill(give_up, ttl, reckless=True)] * 2 + [other], fault=fault)
            found.add((report.verdict, report.fresh, tuple(report.violations)))
        assert len(found) == 1


def test_a_long_loop_that_changes_something_in_each_round_is_explored_round_by_round():
    def painter(cache, db):
        for _ in range(8):
            cache.set("colour", "red")
            cache.set("colour", "blue")
        return db.read()

    report = races.explore([painter, writer])
    assert report.ok and report.complete
    assert report.counts["cold"].schedules == 171  # the writer's two calls among the painter's seventeen


def test_what_a_client_does_after_it_has_given_up_is_explored():
    # after 50 rounds in vain it fills without the lock: stale, and found, though nobody ran 50 rounds
    for give_up in (2, 50):
        report = races.explore([lock_and_fill(give_up, reckless=True)] * 2 + [lock_and_delete()])
        assert report.verdict == "X"
    assert "more times, in vain" in " ".join(step.note for step in report.violation)


def test_a_lock_that_dies_with_its_holder_leaves_the_others_stuck():
    report = races.explore([lock_and_fill(), lock_and_delete()], fault="crash")
    assert report.verdict == "XK"
    assert "K" in report.violations


def test_a_ttl_on_the_lock_frees_the_others_in_time():
    report = races.explore([lock_and_fill(ttl=5), lock_and_delete(ttl=5)], fault="crash")
    assert "K" not in report.verdict


def test_a_client_that_waits_for_nobody_is_stuck_and_told_so():
    def wait(cache, db):
        while (value := cache.get(KEY)) is None:
            time.sleep(0.1)
        return value

    report = races.explore([wait, writer])
    assert report.verdict == ".K" and not report.ok
    assert "wait, run alone with an empty cache, never ends" in report.broken[0]


def test_redis_pys_own_lock_protects_and_its_ttl_does_not_under_early_expiry():
    def locked_reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            with cache.lock("l", timeout=5):
                value = db.read()
                cache.set(KEY, value)
        return value

    def locked_writer(cache, db):
        with cache.lock("l", timeout=5):
            db.write()
            cache.delete(KEY)

    assert races.explore([locked_reader, locked_reader, locked_writer]).ok
    assert races.explore([locked_reader, locked_writer], fault="expire").verdict == "X"


def test_the_courses_lock_strategies_poll_too():
    report = races.explore([course.LockWithTtl.reader] * 2 + [course.LockWithTtl.writer] * 2)
    assert report.ok and report.complete


# --- what cannot be judged ------------------------------------------------------------


def fields(cache, db):
    found = cache.get(KEY)
    if found:
        return json.loads(found)
    user = {"id": 1, "name": db.read()}
    cache.set(KEY, json.dumps(user))
    return user


def as_json(cache, db):
    return json.dumps(fields(cache, db))


@pytest.mark.parametrize("client", [fields, as_json, lambda cache, db: db.read_versioned()])
def test_a_reader_that_returns_no_value_of_the_row_gets_one_sentence_and_no_letter(client):
    report = races.explore([client, writer])
    assert (report.verdict, report.ok, report.violation, report.violating) == ("?", False, None, 0)
    assert "is not the row's value" in report.doubt and report.headline.endswith("no verdict")
    text = repr(report)
    assert text.count("the row's value") == 1 and "a read returns the value itself" not in text


def test_beside_a_reader_that_can_be_judged_it_is_a_note():
    def page(cache, db):
        text = cache.get("page:1")
        if text is None:
            text = f"<p>{db.read()}</p>"
            cache.set("page:1", text)
        return text

    report = races.explore([reader, page, writer])
    assert report.verdict == "X" and report.doubt is None
    assert "a read returns the value itself" in " ".join(report.notes)


YOUNGER = """
local old = redis.call('HGET', KEYS[1], 'at')
if old and tonumber(old) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'value', ARGV[2])
return 1
"""


def test_a_clock_that_reaches_the_cache_gets_no_verdict():
    """Whose time is later depends on the schedule; a client's own clock does not know it."""

    def stamps_too_late(cache, db):
        value = cache.hget(KEY, "value")
        if value is None:
            value = db.read()
            cache.eval(YOUNGER, 1, KEY, repr(time.time()), value)
        return value

    def tombstone(cache, db):
        db.write()
        pipe = cache.pipeline()
        pipe.delete(KEY)
        pipe.hset(KEY, "at", repr(time.time()))
        pipe.execute()

    report = races.explore([stamps_too_late, tombstone])
    assert (report.verdict, report.ok, report.kind) == ("?", False, None)
    assert "tells the cache the time of day" in report.doubt and "cache.eval(YOUNGER" in report.doubt


def test_a_clock_that_only_the_client_looks_at_changes_no_verdict():
    def timed(cache, db):
        began = time.time()
        value = reader(cache, db)
        assert time.time() > began
        return value

    report = races.explore([timed, writer])
    assert (report.verdict, report.doubt) == ("X", None)
