"""08.3: retries with jitter, a cap and a budget."""

from collections.abc import Callable

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab import virtual
from cachelab.checks.attempt import describe, note
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.crowd import made, virtual_time
from cachelab.learner import lines
from cachelab.learner.words import counted, show

RETRIES = 4
PAUSES = (0.2, 0.4, 0.8, 1.0)  # seconds: the longest before each retry
RESERVE, PER_CALL = 10, 0.1  # retries there are at first and at most, and what each call gives back
PROCESSES = 25
STORM = 100  # calls


@define(
    "08.3",
    "A retry that makes no storm",
    minutes=12,
    hints=(
        "`random.uniform(0, min(1, 0.2 * 2 ** n))` for n from 0 on. Sleep only when another call follows.",
        "One number for all calls, made when the application starts: at first 10; `+ 0.1` for each call, at "
        "most 10 again; `- 1` for each retry. Less than 1 means: no retry, and no sleep.",
        "A loop over the pauses with the call in a `try`; after it, or without budget, or if the call is not "
        "idempotent, `raise`.",
    ),
)
def a_retry_that_makes_no_storm(lab: Lab, retrier):
    with virtual_time("`retry = retrier()`", retrier, steps=120_000) as clock:
        what_is_no_failure(clock, retrier)
        as_often_as_allowed(clock, retrier)
        the_pauses(clock, retrier)
        what_may_have_happened_is_not_repeated(clock, retrier)
        a_storm(clock, retrier)
        what_ends_well_gives_back(clock, retrier)
        nobody_saves_up(clock, retrier)
    return (
        f"Four retries at most, at random moments; when everything fails, {STORM} calls make some "
        f"{RESERVE + PER_CALL * STORM:g} retries together and not {RETRIES * STORM}."
    )


class Retries:
    """One process's retry function, and what it calls: a script of failures."""

    def __init__(self, clock: virtual.Clock, retrier: Callable, called: str):
        self.clock, self.called = clock, called
        note(called)
        self.retry = made(called, retrier)
        if not callable(self.retry):
            raise incorrect(
                called,
                f"`retrier()` returned {show(self.retry)}",
                "the function `retry(function, idempotent)`",
            )
        self.calls: list[float] = []  # when the function was called

    def failing(self, times: float, error: Exception | None = None, idempotent: bool = True):
        """One call of `retry` with a function that fails so often first: (result, error, seconds after the
        last call)."""
        self.calls.clear()

        def function():
            self.calls.append(self.clock.now)
            if len(self.calls) > 50:
                raise incorrect(self.called, "more than 50 calls of the function", f"{RETRIES + 1} at most")
            if len(self.calls) <= times:
                raise error or redis.TimeoutError(f"Timeout reading from socket, call {len(self.calls)}")
            return "Ada"

        result = raised = None
        try:
            result = self.retry(function, idempotent)
        except virtual.VirtualTimeError:
            raise
        except Exception as failure:
            raised = failure
        after = self.clock.now - self.calls[-1] if self.calls else 0.0
        return result, raised, after

    def wrong(self, happened: str, expected: str, think: str = "", error: Exception | None = None):
        rows = tuple((f"{at - self.calls[0]:.3f} s",) for at in self.calls[:12])
        evidence = (Table("When the function was called", ("moment",), rows),) if len(rows) > 1 else ()
        where = str(lines.of_error(error) or "") if error else ""
        return incorrect(self.called, happened, expected, think, *evidence, line=where)


def what_is_no_failure(clock, retrier) -> None:
    called = "`retry(function, idempotent=True)`"
    retries = Retries(clock, retrier, f"{called}, where the function returns 'Ada'")
    result, raised, _ = retries.failing(0)
    if raised is not None:
        raise retries.wrong(describe(raised), "'Ada'", error=raised)
    if result != "Ada" or len(retries.calls) != 1:
        happened = f"it returned {show(result)} after {counted(len(retries.calls), 'call')}"
        raise retries.wrong(happened, "'Ada', after one call")
    for error in (redis.ResponseError("OOM command not allowed"), KeyError("name")):
        retries = Retries(clock, retrier, f"{called}, where the function raises {describe(error)}")
        result, raised, _ = retries.failing(99, error)
        if len(retries.calls) > 1:
            raise retries.wrong(
                f"{len(retries.calls)} calls",
                "one: this is an answer",
                "Will the server say something else a second later?",
            )
        if raised is not error:
            happened = describe(raised) if raised else f"it returned {show(result)}"
            raise retries.wrong(happened, "the caller gets that error", error=raised)


def as_often_as_allowed(clock, retrier) -> None:
    for error in (
        redis.TimeoutError("Timeout reading from socket"),
        redis.ConnectionError("Connection closed by server."),
    ):
        name = type(error).__name__
        for times in (1, RETRIES):
            words = "the first call fails" if times == 1 else f"the first {times} calls fail"
            called = f"`retry(function, idempotent=True)`: {words}, with a {name}"
            retries = Retries(clock, retrier, called)
            result, raised, _ = retries.failing(times, error)
            if raised is not None:
                happened = f"after {counted(len(retries.calls), 'call')} the caller got {describe(raised)}"
                expected = f"'Ada', from the next call: there are {RETRIES} retries"
                raise retries.wrong(happened, expected, error=raised)
            if result != "Ada":
                raise retries.wrong(f"it returned {show(result)}", "'Ada', what the last call returned")
        retries = Retries(clock, retrier, f"`retry(function, idempotent=True)`: all fail, with a {name}")
        result, raised, after = retries.failing(99, error)
        if len(retries.calls) != RETRIES + 1:
            raise retries.wrong(
                counted(len(retries.calls), "call"), f"{RETRIES + 1}: the first one and {RETRIES} retries"
            )
        if raised is not error:
            happened = describe(raised) if raised else f"it returned {show(result)}"
            raise retries.wrong(happened, f"the caller gets the {name}", error=raised)
        if after > 0.001:
            raise retries.wrong(
                f"after the last call it waited for {after:.2f} s more",
                "the failure is raised at once",
                "What is that pause for?",
            )


def the_pauses(clock, retrier) -> None:
    called = f"`retrier()` in {PROCESSES} processes; in each, all five calls of one function fail"
    drawn = []
    for _ in range(PROCESSES):
        retries = Retries(clock, retrier, called)
        retries.failing(99)
        drawn.append([b - a for a, b in zip(retries.calls, retries.calls[1:], strict=False)])
    table = Table(
        "The pauses of the first processes, in seconds",
        ("1st", "2nd", "3rd", "4th"),
        tuple(tuple(f"{pause:.3f}" for pause in pauses) for pauses in drawn[:6]),
    )

    def wrong(happened: str, expected: str, think: str):
        return incorrect(called, happened, expected, think, table)

    if all(pauses == drawn[0] for pauses in drawn):
        raise wrong(
            "all of them come back at the same moments",
            "random moments, others in each process",
            "They lost the cache together. When do they meet again?",
        )
    for n, longest in enumerate(PAUSES):
        pauses = [row[n] for row in drawn]
        ordinal = ("first", "second", "third", "fourth")[n]
        expected = f"evenly between 0 and {longest:g} s"
        happened = f"the {ordinal} pause lay between {min(pauses):.2f} and {max(pauses):.2f} s"
        if max(pauses) > longest + 0.001:
            raise wrong(happened, expected, "What doubles, from which value on, and where does it end?")
        if max(pauses) < 0.6 * longest:
            raise wrong(happened, expected, "What doubles, and from which value on?")
        if min(pauses) > 0.4 * longest:
            raise wrong(
                happened, expected, "Half of the time nobody comes, and in the other half all of them."
            )


def what_may_have_happened_is_not_repeated(clock, retrier) -> None:
    called = (
        "`retry(lambda: cache.incr('orders'), idempotent=False)`; the answer takes longer than the time-out"
    )
    cache = clock.cache(latency=0.001)
    retries = Retries(clock, retrier, called)
    settings = {"socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0), "decode_responses": True}
    client = cache.client(**settings)
    client.ping()  # the connection is open
    cache.slow(0.5)
    clock.after(0.1, cache.slow, 0.0)  # for the first INCR only
    raised = None
    try:
        retries.retry(lambda: client.incr("orders"), False)
    except virtual.VirtualTimeError:
        raise
    except Exception as error:
        raised = error
    clock.sleep(1.0)
    counter = int(cache.ask("GET", "orders") or 0)
    if counter != 1:
        raise incorrect(
            called,
            f"the counter stands at {counter}",
            "1: the first INCR was executed, and only its answer came too late",
            "A time-out is not a no. What may be repeated, and who knows?",
        )
    if not isinstance(raised, redis.TimeoutError):
        happened = describe(raised) if raised else "it returned, as if all were well"
        raise incorrect(called, happened, "the caller gets the TimeoutError")


def a_storm(clock, retrier) -> None:
    called = f"`retry(function, idempotent=True)`, {STORM} times in one process, and every call fails"
    retries = Retries(clock, retrier, called)
    made, waited_for_nothing = 0, 0
    for _ in range(STORM):
        began = clock.now
        _, raised, _ = retries.failing(99)
        if raised is None:
            raise retries.wrong("it returned, as if all were well", "the failure reaches the caller")
        made += len(retries.calls) - 1
        waited_for_nothing += len(retries.calls) == 1 and clock.now > began
    told = RESERVE + PER_CALL * STORM
    least, most = told - 2, told + 1  # a tenth may be lost to the cap, and one to rounding
    retries.calls.clear()
    if made > most:
        raise retries.wrong(
            f"{made} retries",
            f"{told:g}: {RESERVE} at first, and a tenth for each call",
            "A database that was just able to serve the calls now has to serve these, too. Who keeps count, "
            "over all calls?",
        )
    if made < least:
        if made == RESERVE:  # nothing came back: for these calls only, or for none?
            what_ends_well_gives_back(clock, retrier)
        raise retries.wrong(
            counted(made, "retry"),
            f"{told:g}: {RESERVE} at first, and a tenth for each call, also for one that fails",
        )
    if waited_for_nothing:
        raise retries.wrong(
            f"{counted(waited_for_nothing, 'call')} waited, and then there was no retry",
            "without budget the failure is raised at once",
        )


def what_ends_well_gives_back(clock, retrier) -> None:
    called = f"{STORM} calls fail; then 100 end well; then all calls of one function fail"
    retries = Retries(clock, retrier, called)
    for _ in range(STORM):
        retries.failing(99)
    for _ in range(100):
        retries.failing(0)
    retries.failing(99)
    if len(retries.calls) != RETRIES + 1:
        raise retries.wrong(
            f"{counted(len(retries.calls) - 1, 'retry')}",
            f"{RETRIES}: a hundred calls have given ten retries back",
            "Which calls give something back, and how much?",
        )


def nobody_saves_up(clock, retrier) -> None:
    called = "1,000 calls end well; then all calls of three functions fail"
    retries = Retries(clock, retrier, called)
    for _ in range(1000):
        retries.failing(0)
    made = 0
    for _ in range(3):
        retries.failing(99)
        made += len(retries.calls) - 1
    retries.calls.clear()
    if made != RESERVE:
        raise retries.wrong(
            counted(made, "retry"),
            f"{RESERVE}: 4, 4 and 2. Nobody saves up more than {RESERVE}, and each retry takes one",
            "After a quiet night, what would an outage meet?" if made > RESERVE else "",
        )
    called = "40 calls get an error reply; then all calls of one function fail"
    retries = Retries(clock, retrier, called)
    for _ in range(40):
        retries.failing(99, redis.ResponseError("OOM command not allowed"))
    retries.failing(99)
    if len(retries.calls) != RETRIES + 1:
        raise retries.wrong(
            counted(len(retries.calls) - 1, "retry"),
            f"{RETRIES}: only a retry takes something from the budget",
        )
