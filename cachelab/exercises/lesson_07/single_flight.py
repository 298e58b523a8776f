"""07.1: one load for all threads of a process."""

import sys
from collections.abc import Callable

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import made, virtual_time
from cachelab.learner import lines
from cachelab.learner.words import counted, show

THREADS = 8


@define(
    "07.1",
    "Single flight",
    minutes=12,
    hints=(
        "The first who wants a key leaves something in a dict that the others find, wait for, and read the "
        "result from. Look-up and entry must be one step: hold a lock for both, and not for the load.",
        "`concurrent.futures.Future` is made for it: `set_result`, `set_exception`, and a `result()` that "
        "waits and raises.",
        "Whatever happens, take the flight out of the dict, in a `finally`: the next call loads anew.",
    ),
)
def single_flight(lab: Lab, single_flight):
    all_at_once(single_flight)
    keys_do_not_wait_for_each_other(single_flight)
    none_is_a_result(single_flight)
    an_error_reaches_all_and_is_forgotten(single_flight)
    nothing_is_remembered(single_flight)
    return (
        f"{THREADS} threads, one load, each line of your code interleaved with each other's; keys do not "
        "wait for each other, an error reaches all who waited, and the next call loads anew."
    )


class Flights:
    """Calls of the learner's `load_once` in virtual time; each call's outcome, and the loads."""

    def __init__(self, clock, make: Callable, called: str):
        self.clock, self.called = clock, called
        self.load_once = made(called, make)
        if not callable(self.load_once):
            raise incorrect(
                called,
                f"`single_flight()` returned {show(self.load_once)}",
                "a function load_once(key, load)",
            )
        self.files = {make.__code__.co_filename}
        code = getattr(self.load_once, "__code__", None)
        if code is not None:
            self.files.add(code.co_filename)
        self.loads: list[str] = []
        self.outcomes: list[tuple[str, object, str]] = []  # (kind, what, where)

    def call(self, key: str, load: Callable, stepwise: bool = False) -> None:
        def counted():
            self.loads.append(key)
            return load()

        if stepwise:
            sys.settrace(self._trace)
        try:
            self.outcomes.append(("result", self.load_once(key, counted), ""))
        except Exception as error:
            self.outcomes.append(("error", error, str(lines.of_error(error) or "")))
        finally:
            sys.settrace(None)

    def _trace(self, frame, event, arg):
        """Let the others have a turn before each line of the learner's."""
        if frame.f_code.co_filename not in self.files:
            return None
        if event == "line":
            self.clock.sleep(0)
        return self._trace

    def at_once(self, *calls: tuple, stepwise: bool = False) -> None:
        """Each (key, load) in a thread of its own; waits 10 s for all of them."""
        for key, load in calls:
            self.clock.after(0.0, self.call, key, load, stepwise)
        self.clock.sleep(10.0)
        if len(self.outcomes) < len(calls):
            missing = len(calls) - len(self.outcomes)
            raise incorrect(
                self.called,
                f"{missing} of {len(calls)} calls still wait after 10 s",
                "all of them come back when the load has ended",
                "Who tells those who wait, also when the load fails?",
            )

    def no_errors(self) -> None:
        for kind, what, where in self.outcomes:
            if kind == "error":
                raise incorrect(self.called, describe(what), "the load's result", line=where)


def all_at_once(make) -> None:
    called = f"{THREADS} threads call `load_once('product:7', load)` at once; a load takes 0.1 s"
    for stepwise in (False, True):
        with virtual_time(called, make) as clock:
            flights = Flights(clock, make, called)

            def load(clock=clock):
                clock.sleep(0.1)
                return "page"

            flights.at_once(*[("product:7", load)] * THREADS, stepwise=stepwise)
            flights.no_errors()
            if len(flights.loads) != 1:
                raise incorrect(
                    called,
                    f"{len(flights.loads)} loads",
                    "one load",
                    "Two threads may be on the same line at the same time. Which two lines of yours must "
                    "be one step?"
                    if stepwise
                    else "How does the second one learn that the first is at it?",
                )
            if any(what != "page" for _, what, _ in flights.outcomes):
                got = next(what for _, what, _ in flights.outcomes if what != "page")
                raise incorrect(called, f"somebody got {show(got)}", "everybody gets the load's result")


def keys_do_not_wait_for_each_other(make) -> None:
    called = "`load_once` for two keys at once, a load takes 1 s"
    with virtual_time(called, make) as clock:
        flights, ended = Flights(clock, make, called), []

        def load():
            clock.sleep(1.0)
            ended.append(clock.now)
            return "page"

        flights.at_once(("product:7", load), ("product:8", load))
        flights.no_errors()
        if len(flights.loads) != 2:
            raise incorrect(called, f"{len(flights.loads)} load", "two: they are different keys")
        if max(ended) > 1.5:
            raise incorrect(
                called,
                f"the second one ended after {max(ended):.1f} s",
                "both after 1 s",
                "What does the load of one key hold that the other one needs?",
            )


def none_is_a_result(make) -> None:
    called = "four threads at once, and the load returns None: there is no such product"
    with virtual_time(called, make) as clock:
        flights = Flights(clock, make, called)
        flights.at_once(*[("product:9", lambda: clock.sleep(0.1))] * 4)
        flights.no_errors()
        if len(flights.loads) != 1 or any(what is not None for _, what, _ in flights.outcomes):
            raise incorrect(
                called,
                f"{counted(flights.loads, 'load')}, and {show([what for _, what, _ in flights.outcomes])}",
                "one load, and None for all",
                "How do you tell 'no result yet' from a result that is None?",
            )


def an_error_reaches_all_and_is_forgotten(make) -> None:
    called = "four threads at once, and the load raises a LookupError"
    with virtual_time(called, make) as clock:
        flights = Flights(clock, make, called)

        def fail():
            clock.sleep(0.1)
            raise LookupError("the database is away")

        flights.at_once(*[("product:7", fail)] * 4)
        for kind, what, where in flights.outcomes:
            if kind != "error" or not isinstance(what, LookupError):
                got = describe(what) if kind == "error" else f"the result {show(what)}"
                raise incorrect(
                    called, f"somebody got {got}", "the LookupError reaches all four", "", line=where
                )
        if len(flights.loads) != 1:
            raise incorrect(
                called,
                f"{len(flights.loads)} loads, one after the other",
                "one: who has waited gets its error, and may decide to try again",
            )
        again = f"{called}; then one more call, whose load works"
        flights.outcomes.clear()
        flights.called = again
        flights.at_once(("product:7", lambda: "page"))
        kind, what, where = flights.outcomes[0]
        if kind == "error":
            raise incorrect(
                again, f"it got {describe(what)}", "its own load's result", "How long is an error remembered?"
            )
        if what != "page":
            raise incorrect(again, f"it got {show(what)}", "its own load's result")


def nothing_is_remembered(make) -> None:
    called = "two calls for one key, one after the other"
    with virtual_time(called, make) as clock:
        flights = Flights(clock, make, called)
        flights.at_once(("product:7", lambda: "old page"))
        flights.outcomes.clear()
        flights.at_once(("product:7", lambda: "new page"))
        flights.no_errors()
        if flights.outcomes[0][1] != "new page":
            raise incorrect(
                called,
                f"the second one got {show(flights.outcomes[0][1])}",
                "'new page': to remember is the cache's work, which has a TTL",
                "What becomes of a flight that has landed?",
            )
