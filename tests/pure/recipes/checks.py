"""What recipes/cache_aside.py must do, as functions of the module: for the recipe itself and its mutants."""

import contextlib
import logging
import os
import signal
import threading
import traceback
import warnings
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import fakeredis
import pytest
import redis

from cachelab import races, virtual
from recipes.breaker import Breaker

ROW = {"name": "Ada", "born": date(1815, 12, 10), "since": datetime(2019, 1, 1, tzinfo=UTC),
       "credit": Decimal("12.30"), "tags": ["a", None, True], "address": {"city": "Lima"}}  # fmt: skip
# What is left over with one fault, as recipes/README.md says.
LEFT_OVER = {None: ".", "evict": ".", "expire": ".", "crash": "t", "failover": "t", "lost_call": "t"}


def clients(recipe, alive=None, **options):
    """The recipe's reader and writer, as races and its one row want them."""

    def users(cache):
        return recipe.CacheAside("user", cache, cache, alive=alive, **options)

    def reader(cache, db):
        return users(cache).get(1, db.read)

    def writer(cache, db):
        def write():
            with db.transaction():
                return db.write()

        return users(cache).change(1, write)

    return reader, writer


def at_hand(recipe, **options):
    cache = fakeredis.FakeRedis(server=fakeredis.FakeServer(), **options)
    return cache, recipe.CacheAside("user", cache, cache, patience=0.1)


class Rows:
    """A database of one row that counts."""

    def __init__(self, row=ROW):
        self.row, self.loads = row, 0

    def load(self):
        self.loads += 1
        return self.row


# in every order


def no_order_goes_wrong_without_a_fault(recipe):
    for patience in (0, 0.5):
        reader, writer = clients(recipe, patience=patience)
        for who in ([reader, writer], [reader, reader, writer], [reader, writer, writer]):
            report = races.explore(who)
            assert report.ok, report


def what_is_left_over_is_what_the_page_says(recipe):
    reader, writer = clients(recipe)
    found = {fault: races.explore([reader, writer], fault=fault) for fault in LEFT_OVER}
    assert {fault: report.verdict for fault, report in found.items()} == LEFT_OVER
    assert all(report.complete for report in found.values())


def a_commit_that_arrives_after_the_delete_leaves_the_old_value_until_the_ttl_ends(recipe):
    def gave_up(cache, db):
        def write():
            raise ConnectionError("no answer to COMMIT")

        with contextlib.suppress(ConnectionError):
            recipe.CacheAside("user", cache, cache).change(1, write)

    def its_commit(cache, db):
        db.write()

    report = races.explore([clients(recipe)[0], gave_up, its_commit])
    assert report.complete and report.verdict == "t", report


def two_releases_run_side_by_side(recipe):
    alive = ("v1", "v2")
    old, writer = clients(recipe, alive, version="v1")
    new, _ = clients(recipe, alive, version="v2")
    for reader in (old, new):
        report = races.explore([reader, writer], probe=reader)
        assert report.ok, report


def a_write_that_raises_may_have_arrived(recipe):
    def lost(cache, db):
        def write():
            db.write()
            raise ConnectionError("the answer to COMMIT was lost")

        try:
            recipe.CacheAside("user", cache, cache).change(1, write)
        except ConnectionError:
            pass

    report = races.explore([clients(recipe)[0], lost])
    assert report.ok, report


# what is stored


def what_comes_out_is_what_went_in(recipe):
    for settings in ({}, {"decode_responses": True}):
        cache, users = at_hand(recipe, **settings)
        db = Rows()
        first, second = users.get(42, db.load), users.get(42, db.load)
        assert first == second == ROW and db.loads == 1
        assert {key: type(value) for key, value in second.items()} == {k: type(v) for k, v in ROW.items()}


def what_would_come_back_changed_is_served_and_not_stored(recipe):
    for value in ((1, 2), {1: "a"}, float("nan"), {"$date": "2019-01-01"}, {"$decimal": "x"}, {"s": {1}}):
        cache, users = at_hand(recipe)
        db = Rows(value)
        assert users.get(42, db.load) is value
        assert users.failures[("encode", "Unstorable")] == 1
        assert 0 <= cache.pttl("user:v1:42") <= 1 or not cache.exists("user:v1:42")  # nobody waits for it


def every_key_ends_and_not_together(recipe):
    cache, users = at_hand(recipe)
    left = set()
    for user in range(50):
        users.get(user, Rows().load)
        left.add(round(cache.pttl(f"user:v1:{user}") / 1000))
    assert min(left) >= 269 and max(left) <= 300 and len(left) > 5


def nobody_is_remembered_on_purpose_and_briefly(recipe):
    cache, users = at_hand(recipe)
    db = Rows(None)
    assert users.get(7, db.load) is users.get(7, db.load) is None
    assert db.loads == 1 and 0 < cache.ttl("user:v1:7") <= 30


def garbage_is_a_miss_and_is_replaced(recipe):
    for plant in (
        lambda cache, key: cache.set(key, "Ada"),
        lambda cache, key: cache.set(key, b"\xff\xfe"),
        lambda cache, key: cache.set(key, '{"$datetime": 7}'),
        lambda cache, key: cache.set(key, '{"$decimal": "much"}'),
        lambda cache, key: cache.rpush(key, "Ada"),
    ):
        for settings in ({}, {"decode_responses": True}):
            cache, users = at_hand(recipe, **settings)
            plant(cache, "user:v1:42")
            db = Rows()
            assert users.get(42, db.load) == users.get(42, db.load) == ROW
            assert db.loads == 1 and sum(users.failures.values()) == 1


def a_delete_removes_every_version_alive(recipe):
    cache = fakeredis.FakeRedis()
    users = recipe.CacheAside("user", cache, cache, version="v2", alive=("v1", "v2"))
    for version in ("v1", "v2"):
        cache.set(f"user:{version}:42", "1")
    users.change(42, lambda: None)
    assert cache.exists("user:v1:42", "user:v2:42") == 0


def a_load_that_fails_is_the_callers_and_gives_its_ticket_back(recipe):
    cache, users = at_hand(recipe)

    def fails():
        raise TypeError("a mistake of the caller's own")

    with pytest.raises(TypeError, match="the caller's own"):
        users.get(42, fails)
    assert users.failures == {}
    assert cache.pttl("user:v1:42") <= 1


def a_ticket_of_ours_that_comes_back_is_ours(recipe):
    """The answer to SET was lost, and the client's second attempt finds what the first has stored."""
    cache, users = at_hand(recipe)

    class Twice:
        def __getattr__(self, name):
            return getattr(cache, name)

        def set(self, *args, **named):
            cache.set(*args, **named)
            return cache.set(*args, **named)

    users.reading = Twice()
    db = Rows()
    users.get(42, db.load)
    assert users.get(42, db.load) == ROW and db.loads == 1


def a_ticket_ends(recipe):
    cache, users = at_hand(recipe)
    assert 9_000 < users.get(42, lambda: cache.pttl("user:v1:42")) <= 10_000


# in virtual time


class World:
    """A cache, a database and the recipe between them, in virtual time."""

    def __init__(self, recipe, clock, **options):
        self.clock, self.cache = clock, clock.cache(latency=0.001)
        self.db = clock.database(servers=4, service=0.05, rows={42: "Ada"})
        reading = self.cache.client(**recipe.READING)
        self.users = recipe.CacheAside("user", reading, self.cache.client(**recipe.DELETING), **options)

    def read(self, user=42):
        return self.users.get(user, lambda: self.db.read(user))

    def took(self, call, *args):
        began = self.clock.now
        call(*args)
        return self.clock.now - began


def a_silent_cache_costs_one_time_out(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.users.start()
        world.cache.freeze()
        assert world.took(world.read) == pytest.approx(0.2 + 0.05, abs=0.01)
        assert world.users.failures == {("read", "TimeoutError"): 1}


def a_cache_that_falls_silent_during_the_load_costs_one_time_out(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.users.start()
        clock.after(0.02, world.cache.freeze)
        assert world.took(world.read) == pytest.approx(0.2 + 0.05, abs=0.01)
        assert world.users.failures == {("fill", "TimeoutError"): 1}


def a_hundred_readers_load_once(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        load = clock.closed(world.read, clients=100, times=1)
        assert load.answered == 100 and world.db.loads == 1


def who_dies_with_a_ticket_delays_others_by_their_patience(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock, patience=0.3)
        world.cache.ask("SET", "user:v1:42", "ticket of a dead one", "PX", 10_000)
        assert 0.3 <= world.took(world.read) <= 0.45
        clock.sleep(10)
        world.read()
        assert world.took(world.read) < 0.01, "the ticket has ended, and the next reader has filled"


def a_breaker_stops_asking(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock, breaker=Breaker(pause=5))
        world.cache.freeze()
        waits = [world.took(world.read) for _ in range(10)]
        assert waits[4] > 0.2 and max(waits[5:]) < 0.06
        assert world.users.failures[("read", "Open")] == 5
        world.cache.heal()
        clock.sleep(5)
        world.read()
        assert world.took(world.read) < 0.01


def a_breaker_stops_asking_a_cluster_that_is_away(recipe):
    asked = []

    class Away:
        def get(self, key):
            asked.append(key)
            raise redis.exceptions.RedisClusterException("no node answers")

    users = recipe.CacheAside("user", Away(), None, breaker=Breaker(pause=3600))
    for _ in range(10):
        assert users.get(42, Rows().load) == ROW
    assert len(asked) == 5 and users.failures[("read", "Open")] == 5


def in_a_fork(do):
    """Do it in a child that is ended if it hangs; whether it came to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # "multi-threaded": that is what this is about
        child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(60)
            do()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def a_fork_leaves_no_lock_behind(recipe):
    cache, users = at_hand(recipe)
    cache.delete = no_answer
    users.failed("read", redis.TimeoutError("silent"))
    users.to_delete.append(1)

    def child():
        assert not users.guard.locked()  # what follows would hang
        users.change(42, lambda: None)
        assert users.failures == {("read", "TimeoutError"): 1, ("delete", "ConnectionError"): 1}
        assert list(users.to_delete) == [1, 42]

    with users.guard:  # as by another thread, which is not in the child
        assert in_a_fork(child)
    assert list(users.to_delete) == [1]


def no_answer(key):
    raise redis.ConnectionError("no answer")


def a_limit_refuses_the_rest_at_once(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock, limit=threading.BoundedSemaphore(6))
        world.cache.kill()
        load = clock.closed(world.read, clients=50, times=1)
        assert load.answered == 6 and load.errors == {"Busy": 44}
        world.read()  # the places are free again


def a_delete_tries_again(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.read()
        world.cache.kill()
        clock.after(0.2, world.cache.restart)
        world.users.change(42, lambda: world.db.write(42, "Grace"))
        assert not world.users.to_delete and not world.users.failures


def a_delete_that_fails_is_counted_and_queued(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.read()
        world.cache.black_hole()
        world.users.change(42, lambda: world.db.write(42, "Grace"))
        world.users.catch_up()
        assert list(world.users.to_delete) == [42], "kept until it has worked"
        world.cache.heal()
        assert world.read() == "Ada", "old, until somebody catches up"
        world.users.catch_up()
        assert world.read() == "Grace" and not world.users.to_delete
        assert world.users.failures == {("delete", "TimeoutError"): 2}


def what_a_delete_costs_is_what_the_page_says(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.users.forget(42)
        world.cache.freeze()
        assert world.took(world.users.forget, 42) == pytest.approx(1.7, abs=0.4)
        world.cache.heal()
        world.users.forget(42)
        world.cache.black_hole()
        assert world.took(world.users.forget, 42) == pytest.approx(22, abs=2)
        assert world.took(world.users.forget, 42) == pytest.approx(7, abs=0.5)
        assert world.took(world.read) == pytest.approx(1.5 + 0.05, abs=0.01)


def a_full_queue_says_so(recipe):
    with virtual.time(seed=1) as clock:
        world = World(recipe, clock)
        world.cache.kill()
        world.users.to_delete.extend(range(10_000))
        world.users.forget(42)
        assert world.users.failures[("queue", "OverflowError")] == 1
        assert len(world.users.to_delete) == 10_000 and world.users.to_delete[-1] == 42


def a_cache_that_refuses_us_stops_the_start_and_one_that_is_away_does_not(recipe):
    class Refuses:
        def __init__(self, error):
            self.error = error

        def set(self, *args, **named):
            raise self.error

    for error in (redis.AuthenticationError("WRONGPASS"), redis.exceptions.NoPermissionError("NOPERM")):
        with pytest.raises(type(error)):
            recipe.CacheAside("user", Refuses(error), None).start()
    for error in (redis.ConnectionError("away"), redis.exceptions.RedisClusterException("no node")):
        users = recipe.CacheAside("user", Refuses(error), None)
        users.start()
        assert users.failures == {("start", type(error).__name__): 1}


def a_cluster_that_is_away_is_no_error_of_the_customers(recipe):
    class Away:
        def get(self, key):
            raise redis.exceptions.RedisClusterException("no node answers")

        delete = get

    users = recipe.CacheAside("user", Away(), Away())
    assert users.get(42, Rows().load) == ROW
    users.change(42, lambda: None)
    assert Counter(what for what, _ in users.failures) == {"read": 1, "delete": 1}


def the_log_says_each_kind_once_a_minute(recipe):
    lines, me = [], threading.get_ident()
    handler = logging.Handler()
    handler.emit = lambda record: record.thread == me and lines.append(record.getMessage())
    recipe.log.addHandler(handler)
    try:
        with virtual.time(seed=1) as clock:
            world = World(recipe, clock)
            world.cache.kill()
            for _ in range(130):
                world.read()
                clock.sleep(0.95)
    finally:
        recipe.log.removeHandler(handler)
    assert len(lines) == 3 and lines[0].startswith("cache user read, 1 so far: ConnectionError: "), lines
    assert world.users.failures == {("read", "ConnectionError"): 130}


CHECKS = [value for name, value in dict(globals()).items()
          if getattr(value, "__module__", None) == __name__ and isinstance(value, type(at_hand))
          and name not in ("clients", "at_hand", "in_a_fork", "no_answer")]  # fmt: skip
