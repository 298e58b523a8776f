"""08.2: one deadline for cache and database."""

import math
import time

import redis

from cachelab import virtual
from cachelab.checks.attempt import describe, note
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.crowd import virtual_time
from cachelab.learner import lines
from cachelab.learner.words import show

CACHE_AT_MOST = 0.1  # seconds a silent cache may cost, as the exercise says
TTL = 60  # seconds
SLACK = 0.002  # seconds
PAGE = "Ada of the database"


@define(
    "08.2",
    "One deadline",
    minutes=12,
    hints=(
        "`left = deadline - time.monotonic()`, anew before each of the three calls. If nothing is left, "
        "there is no call.",
        "The cache gets `min(0.1, left)`, the database all that is left. Whatever the cache raises is a "
        "`redis.RedisError`, and means: ask the database.",
        "Once the user is there, nothing the cache does may lose them: the `set` has its own `try`, and is "
        "left out when the time is up.",
    ),
)
def one_deadline(lab: Lab, get_user):
    with virtual_time("`get_user(42, cache, db, deadline)`", get_user) as clock:
        hits_and_misses(clock, get_user)
        a_slow_hit_is_a_hit(clock, get_user)
        the_database_gets_what_is_left(clock, get_user)
        nothing_after_the_deadline(clock, get_user)
        a_lost_store_loses_nobody(clock, get_user)
        a_database_that_fails(clock, get_user)
    return (
        "Whatever hangs, fails or is slow, the answer, or a TimeoutError, is there by the deadline; the "
        "database gets all the time that the cache has left, and nobody is asked for an answer too late."
    )


class Side:
    """Cache or database: how long it takes to answer, in seconds, and how it was asked."""

    def __init__(self, clock: virtual.Clock, name: str, delay: float, error: Exception | None):
        self.clock, self.name, self.delay, self.error = clock, name, delay, error
        self.asked: list[tuple[str, float, object]] = []  # (what, when, its time-out)

    def wait(self, what: str, timeout, late: Exception) -> None:
        self.asked.append((what, self.clock.now, timeout))
        if isinstance(timeout, bool) or not isinstance(timeout, int | float | None):
            raise TypeError(f"timeout={timeout!r}: seconds are needed.")
        if timeout is not None and not timeout > 0:
            raise ValueError(f"timeout={timeout!r}: a time-out is more than 0 seconds.")
        self.clock.sleep(min(self.delay, 3600.0, math.inf if timeout is None else timeout))
        if timeout is not None and self.delay > timeout:
            raise late
        if self.error is not None:
            raise type(self.error)(*self.error.args)  # a new one: each has the traceback of its own call


class TimedCache(Side):
    """A cache whose calls take a time-out each; `delay` is a round trip, and `stores` what a `set` takes."""

    def __init__(self, clock, delay: float, error=None, stores: float | None = None, content=None):
        super().__init__(clock, "cache", delay, error)
        self.gets, self.stores = delay, delay if stores is None else stores
        self.content: dict[str, str] = dict(content or {})
        self.ttl: object = None

    def get(self, key, timeout=None):
        self.delay = self.gets
        self.wait(f"cache.get({show(key)})", timeout, redis.TimeoutError("Timeout reading from socket"))
        return self.content.get(key)

    def set(self, key, value, ex=None, timeout=None):
        self.delay, self.error = self.stores, None
        self.wait(f"cache.set({show(key)}, …)", timeout, redis.TimeoutError("Timeout reading from socket"))
        self.content[key], self.ttl = value, ex
        return True


class TimedDatabase(Side):
    """A database whose queries take a time-out each."""

    def __init__(self, clock, delay: float, error=None):
        super().__init__(clock, "database", delay, error)
        self.at_the_last_moment = False  # it takes all the time it is given

    def read(self, user_id, timeout=None):
        if self.at_the_last_moment:
            self.delay = timeout
        late = TimeoutError("canceling statement due to statement timeout")
        self.wait(f"db.read({show(user_id)})", timeout, late)
        return PAGE


class Case:
    """One call of the learner's with so many seconds to go, and what came of it."""

    def __init__(self, clock, get_user, words: str, seconds: float, cache: TimedCache, db: TimedDatabase):
        self.clock, self.cache, self.db, self.seconds = clock, cache, db, seconds
        to_go = f"{seconds:g} s to go" if seconds >= 0 else f"the deadline was {-seconds:g} s ago"
        self.called = f"`get_user(42, cache, db, deadline)`: {words}; {to_go}"
        note(self.called)
        self.began, self.value, self.error, self.where = clock.now, None, None, ""
        try:
            self.value = get_user(42, cache, db, time.monotonic() + seconds)
        except virtual.VirtualTimeError:
            raise
        except Exception as error:
            self.error, self.where = error, str(lines.of_error(error) or "")
        self.took = clock.now - self.began
        self._asked_rightly()

    def wrong(self, happened: str, expected: str, think: str = "", line: str = ""):
        rows = tuple(
            (f"{at - self.began:.3f} s", what, _seconds(timeout))
            for what, at, timeout in sorted(self.cache.asked + self.db.asked, key=lambda row: row[1])[:12]
        )
        evidence = (Table("What it asked", ("when", "call", "time-out"), rows),) if rows else ()
        return incorrect(self.called, happened, expected, think, *evidence, line=line)

    def _asked_rightly(self) -> None:
        for what, at, timeout in self.cache.asked + self.db.asked:
            if timeout is None:
                raise self.wrong(f"{what} had no time-out", "each call has one", "How long would it wait?")
            if isinstance(timeout, int | float) and not timeout > 0:
                raise self.wrong(
                    f"{what} was asked with a time-out of {timeout:.3f} s",
                    "nobody is asked when no time is left",
                    "What is there to do once `left` is not positive?",
                )
            left = self.began + self.seconds - at
            if isinstance(timeout, int | float) and timeout > left + SLACK and left > 0:
                raise self.wrong(
                    f"{what} was given {timeout:.2f} s, when {left:.2f} s were left",
                    "no call has more time than is left, in seconds",
                    "Does it know how long the one before it took?",
                )
            if at > self.began + max(self.seconds, 0.0) + SLACK:
                raise self.wrong(
                    f"{what}, {at - self.began:.2f} s after the call", "nothing begins after the deadline"
                )
        if self.seconds > 0 and self.took > self.seconds + SLACK:
            raise self.wrong(
                f"it came back after {self.took:.3f} s",
                f"after {self.seconds:g} s at the latest",
                "Add up what each call may take. Does the second one know how long the first one took?",
            )

    def user(self, expected: str, think: str = "") -> None:
        if self.error is not None:
            raise self.wrong(describe(self.error), f"the user, {show(expected)}", think, self.where)
        if self.value != expected:
            raise self.wrong(f"it returned {show(self.value)}", f"the user, {show(expected)}", think)

    def too_late(self) -> None:
        if self.error is None:
            raise self.wrong(f"it returned {show(self.value)}", "a TimeoutError: there is no answer in time")
        if not isinstance(self.error, TimeoutError | redis.TimeoutError):
            raise self.wrong(describe(self.error), "a TimeoutError", "", self.where)


def _seconds(timeout) -> str:
    return (
        f"{timeout:.3f} s"
        if isinstance(timeout, int | float)
        else "none"
        if timeout is None
        else show(timeout)
    )


def hits_and_misses(clock, get_user) -> None:
    cache, db = TimedCache(clock, 0.001, content={"user:42": "Ada"}), TimedDatabase(clock, 0.01)
    case = Case(clock, get_user, "the user is in the cache", 0.3, cache, db)
    case.user("Ada")
    if db.asked:
        raise case.wrong("it asked the database", "a hit asks no database")
    cache = TimedCache(clock, 0.001)
    case = Case(clock, get_user, "the cache is empty", 0.3, cache, TimedDatabase(clock, 0.01))
    case.user(PAGE)
    if cache.content != {"user:42": PAGE}:
        happened = f"the cache holds {show(cache.content)}"
        raise case.wrong(happened, "the user, as db.read gave it, under user:42")
    if cache.ttl != TTL:
        raise case.wrong(f"it is stored with ex={show(cache.ttl)}", f"ex={TTL}")


def a_slow_hit_is_a_hit(clock, get_user) -> None:
    cache, db = TimedCache(clock, 0.08, content={"user:42": "Ada"}), TimedDatabase(clock, 0.01)
    case = Case(clock, get_user, "the user is in the cache, which takes 0.08 s", 0.3, cache, db)
    case.user("Ada", "The answer came, and in time.")
    if db.asked:
        raise case.wrong(
            "it asked the database, too",
            f"the cache has {CACHE_AT_MOST:g} s; what it answers by then counts",
            "What did the database have to do with it?",
        )


def the_database_gets_what_is_left(clock, get_user) -> None:
    for words, error, delay in (
        ("the cache does not answer the look-up, the database takes 0.15 s", None, math.inf),
        ("the cache refuses connections, the database takes 0.28 s", redis.ConnectionError("refused"), 0.0),
    ):
        takes = 0.28 if error else 0.15
        cache, db = TimedCache(clock, delay, error, stores=0.001), TimedDatabase(clock, takes)
        Case(clock, get_user, words, 0.3, cache, db).user(
            PAGE, f"A silent cache may cost {CACHE_AT_MOST:g} s. All the rest is the database's."
        )
    cache, db = TimedCache(clock, math.inf), TimedDatabase(clock, math.inf)
    Case(clock, get_user, "neither the cache nor the database answers", 0.3, cache, db).too_late()
    cache, db = TimedCache(clock, 0.001), TimedDatabase(clock, 1.5)
    Case(clock, get_user, "the database takes 1.5 s", 2.0, cache, db).user(
        PAGE, "There was time. How much of it did the database get?"
    )


def nothing_after_the_deadline(clock, get_user) -> None:
    cache, db = TimedCache(clock, math.inf), TimedDatabase(clock, 0.01)
    Case(clock, get_user, "the cache never answers", 0.0625, cache, db).too_late()
    for seconds in (-0.1, 0.0):
        cache, db = TimedCache(clock, 0.001, content={"user:42": "Ada"}), TimedDatabase(clock, 0.01)
        case = Case(clock, get_user, "all is well", seconds, cache, db)
        if cache.asked or db.asked:
            raise case.wrong(
                "it asked all the same",
                "a TimeoutError at once: nobody waits for the answer any more",
                "An overloaded service dies of the work that nobody wants.",
            )
        case.too_late()


def a_lost_store_loses_nobody(clock, get_user) -> None:
    cache, db = TimedCache(clock, 0.001, stores=math.inf), TimedDatabase(clock, 0.01)
    case = Case(clock, get_user, "the cache's `set` hangs", 2.0, cache, db)
    case.user(PAGE, "The user was there. What became of them?")
    if case.took > 0.011 + CACHE_AT_MOST + SLACK:
        happened = f"it came back after {case.took:.2f} s; the user was there after 0.01 s"
        raise case.wrong(happened, f"a silent cache may cost {CACHE_AT_MOST:g} s a call")
    cache, db = TimedCache(clock, 0.001, stores=math.inf), TimedDatabase(clock, 0.25)
    words = "the database takes 0.25 s, and then the cache's `set` hangs"
    Case(clock, get_user, words, 0.3, cache, db).user(PAGE, "The user was there. What became of them?")
    cache, db = TimedCache(clock, 0.001), TimedDatabase(clock, 0.01)
    cache.set = _refused(cache)
    Case(clock, get_user, "the cache's `set` fails", 0.3, cache, db).user(
        PAGE, "The user was there. What became of them?"
    )
    cache, db = TimedCache(clock, 0.001), TimedDatabase(clock, 0.0)
    db.at_the_last_moment = True
    Case(clock, get_user, "the database answers at the last moment", 0.25, cache, db).user(PAGE)


def _refused(cache: TimedCache):
    def set(key, value, ex=None, timeout=None):
        cache.asked.append((f"cache.set({show(key)}, …)", cache.clock.now, timeout))
        raise redis.ConnectionError("Connection closed by server.")

    return set


def a_database_that_fails(clock, get_user) -> None:
    for delay in (0.02, 0.07):
        error = virtual.DatabaseDown("server closed the connection unexpectedly")
        cache, db = TimedCache(clock, 0.001), TimedDatabase(clock, delay, error)
        case = Case(clock, get_user, f"the database fails each time, after {delay:g} s", 0.3, cache, db)
        if case.error is None:
            raise case.wrong(f"it returned {show(case.value)}", "the database's error, or a TimeoutError")
        if not isinstance(case.error, virtual.DatabaseDown | TimeoutError | redis.TimeoutError):
            raise case.wrong(describe(case.error), "the database's error, or a TimeoutError", "", case.where)
