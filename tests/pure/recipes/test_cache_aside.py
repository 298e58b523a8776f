"""recipes/cache_aside.py: in every order, in virtual time, and what each of its lines is for."""

import contextlib
import importlib.util
import re
from pathlib import Path

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes import cache_aside
from recipes.breaker import Breaker
from tests.oracle.depth import examples
from tests.pure.recipes import checks

RECIPE = Path(cache_aside.__file__)

# What somebody might take for superfluous: the line, what becomes of it, and the check that says no.
MUTANTS = {
    "no TTL": ("'SET', KEYS[1], ARGV[2], 'PX', ARGV[3]", "'SET', KEYS[1], ARGV[2]",
               checks.every_key_ends_and_not_together),
    "no jitter": (" * random.uniform(0.9, 1)", "", checks.every_key_ends_and_not_together),
    "delete before the commit": (
        "        try:\n            return write()\n        finally:\n            self.forget(id)",
        "        self.forget(id)\n        return write()",
        checks.no_order_goes_wrong_without_a_fault),
    "no delete if the write raises": (
        "        try:\n            return write()\n        finally:\n            self.forget(id)",
        "        done = write()\n        self.forget(id)\n        return done",
        checks.a_write_that_raises_may_have_arrived),
    "no lease": ("if redis.call('GET', KEYS[1]) == ARGV[1] then", "if true then",
                 checks.no_order_goes_wrong_without_a_fault),
    "a ticket for everybody": ("if text is None or text == ticket:", "if text is None or TICKET in text:",
                               checks.a_hundred_readers_load_once),
    "no second attempt's ticket": ("if text is None or text == ticket:", "if text is None:",
                                   checks.a_ticket_of_ours_that_comes_back_is_ours),
    "nobody waits": ("1 + math.ceil(patience / LOOK)", "1", checks.a_hundred_readers_load_once),
    "a ticket without end": (", px=self.lease)", ")", checks.a_ticket_ends),
    "waits for the dead": ("range(self.looks)", "range(10 * self.looks)",
                           checks.who_dies_with_a_ticket_delays_others_by_their_patience),
    "one version only": ("for version in self.alive:", "for version in (self.version,):",
                         checks.a_delete_removes_every_version_alive),
    "one version only, explored": ("for version in self.alive:", "for version in (self.alive[0],):",
                                   checks.two_releases_run_side_by_side),
    "no second attempt of a delete": ("cap=0.5), 3))", "cap=0.5), 0))", checks.a_delete_tries_again),
    "deletes without time-outs": ("DELETING = READING | dict(", "DELETING = dict(",
                                  checks.what_a_delete_costs_is_what_the_page_says),
    "reads try again": ("Retry(NoBackoff(), 0)", "Retry(NoBackoff(), 1)",
                        checks.a_silent_cache_costs_one_time_out),
    "asks a dead cache twice": ("break  # dead or silent", "continue  # dead or silent",
                                checks.a_silent_cache_costs_one_time_out),
    "no queue": ("            self.to_delete.append(id)\n", "",
                 checks.a_delete_that_fails_is_counted_and_queued),
    "a silent queue": ('self.failed("queue", OverflowError("full"))', "pass", checks.a_full_queue_says_so),
    "deletes are not counted": ("self.failed(\"delete\", error)", "pass",
                                checks.a_delete_that_fails_is_counted_and_queued),
    "swallows refusals at the start": (
        "except (redis.AuthenticationError, redis.exceptions.NoPermissionError):\n            raise",
        "except (redis.AuthenticationError, redis.exceptions.NoPermissionError):\n            pass",
        checks.a_cache_that_refuses_us_stops_the_start_and_one_that_is_away_does_not),
    "a cluster's error is the customer's": ("redis.RedisError, redis.exceptions.RedisClusterException",
                                            "(redis.RedisError,)",
                                            checks.a_cluster_that_is_away_is_no_error_of_the_customers),
    "text for what JSON lacks": ("default=_tagged", "default=str", checks.what_comes_out_is_what_went_in),
    "a datetime is a date": ('    "$datetime": (datetime, datetime.isoformat, datetime.fromisoformat),\n', "",
                             checks.what_comes_out_is_what_went_in),
    "stores what comes back changed": ("if decode(text) == value:", "if decode(text):",
                                       checks.what_would_come_back_changed_is_served_and_not_stored),
    "garbage is the customer's": ("except (*AWAY, *NOT_OURS) as error:", "except AWAY as error:",
                                  checks.garbage_is_a_miss_and_is_replaced),
    "garbage stays": ("self.ask(self.reading.delete, key)", "None", checks.garbage_is_a_miss_and_is_replaced),
    "nobody for long": ("min(self.ttl, 30)", "self.ttl", checks.nobody_is_remembered_on_purpose_and_briefly),
    "keeps its ticket": ("text, life = ticket, 0.001", "text, life = ticket, 10",
                         checks.a_load_that_fails_is_the_callers_and_gives_its_ticket_back),
    "keeps its place": ("                self.limit.release()", "                pass",
                        checks.a_limit_refuses_the_rest_at_once),
    "waits for a place": ("acquire(blocking=False)", "acquire()", checks.a_limit_refuses_the_rest_at_once),
    "no breaker": ("breaker.call if breaker else", "None if False else", checks.a_breaker_stops_asking),
    "no breaker for a cluster": ("breaker.call if breaker else", "None if False else",
                                 checks.a_breaker_stops_asking_a_cluster_that_is_away),
    "a lock that is held in the child": ("one.guard = threading.Lock()", "one.guard",
                                         checks.a_fork_leaves_no_lock_behind),
    "logs each": (" < 60:", " < 0:", checks.the_log_says_each_kind_once_a_minute),
}  # fmt: skip


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_recipe(check):
    check(cache_aside)


@pytest.mark.parametrize("name", MUTANTS)
def test_what_each_line_is_for(name, tmp_path):
    line, instead, check = MUTANTS[name]
    source = RECIPE.read_text(encoding="utf-8")
    assert source.count(line) == 1, f"{line!r} is not in the recipe once"
    mutant = tmp_path / "mutant.py"
    mutant.write_text(source.replace(line, instead), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mutant", mutant)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(BaseException) as caught:  # pytest.raises' own failure is no Exception
        check(module)
    assert not isinstance(caught.value, ImportError | NameError | SyntaxError), caught.value


def test_every_check_is_needed_by_some_mutant_or_says_what_the_page_says():
    needed = {check for _, _, check in MUTANTS.values()}
    assert {check.__name__ for check in set(checks.CHECKS) - needed} == {
        "what_is_left_over_is_what_the_page_says",
        "a_commit_that_arrives_after_the_delete_leaves_the_old_value_until_the_ttl_ends",
        "a_cache_that_falls_silent_during_the_load_costs_one_time_out",
    }


def test_a_fork_leaves_a_breaker_neither_lock_nor_probe():
    breaker = Breaker(pause=0)
    for _ in range(5):
        with contextlib.suppress(redis.ConnectionError):
            breaker.call(checks.no_answer, "key")

    def child():
        assert not breaker.lock.locked() and breaker.opened is not None
        assert breaker.call(str, 42) == "42"

    def probe():
        with breaker.lock:  # as by another thread, which is not in the child
            return checks.in_a_fork(child)

    assert breaker.opened is not None and breaker.call(probe)


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
typed = plain | st.dates() | st.datetimes() | st.decimals(allow_nan=False)
values = st.recursive(typed, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=4)


@settings(max_examples=examples(40))
@given(values)
def test_a_value_comes_back_equal_or_is_not_stored(value):
    try:
        assert cache_aside.decode(cache_aside.encode(value)) == value
    except cache_aside.Unstorable:
        assert "'$d" in repr(value), "only what looks like one of our tags"


@pytest.mark.parametrize("wrong", [{"version": "v3", "alive": ("v1", "v2")}, {"alive": "v1"}, {"ttl": 0},
                                   {"lease": 0}])  # fmt: skip
def test_settings_that_make_no_sense_are_named(wrong):
    with pytest.raises(ValueError, match=re.escape(f"{next(iter(wrong))}=")):
        cache_aside.CacheAside("user", None, None, **wrong)
