"""08.1: a circuit breaker of one's own."""

import sys
from collections.abc import Callable
from typing import Any

import redis

from cachelab import virtual
from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect, not_attempted
from cachelab.exercises.asserts.crowd import made, virtual_time
from cachelab.learner import lines
from cachelab.learner.words import counted, show

WINDOW, LEAST = 20, 10  # the last calls that count, and how few are too few to judge by
PAUSE = 5.0  # seconds
THREADS = 20
REFUSES = "it raises `Open`, which is a redis.ConnectionError, and calls nothing"


@define(
    "08.1",
    "A breaker",
    minutes=15,
    hints=(
        "Three things decide: the last results, the moment it opened (or None), and whether a probe is out. "
        "`collections.deque(maxlen=20)` keeps the last results.",
        "Decide under a lock, let go of it, call, and take the lock again to note how it ended. Remember in "
        "a local variable whether this call is the probe: only the probe's end decides while it is open.",
        "`except (redis.ConnectionError, redis.TimeoutError)` is a failure. Any other exception came back "
        "from a cache that is there: note it as a success, and raise it on.",
    ),
)
def breaker(lab: Lab, Breaker: type):
    passes_on_what_it_calls(Breaker)
    opens_when_half_have_failed(Breaker)
    any_other_error_is_an_answer(Breaker)
    lets_one_probe_through(Breaker)
    calls_run_side_by_side(Breaker)
    one_probe_of_a_herd(Breaker)
    a_late_answer_decides_nothing(Breaker)
    return (
        f"It opens at half of the last {WINDOW} calls and not before {LEAST}, sends one probe after "
        f"{PAUSE:g} s, however many threads want to, and never holds its lock while it calls."
    )


class Trials:
    """One breaker, on a clock that moves only when the check moves it, and calls through it."""

    def __init__(self, clock, Breaker: type, called: str):
        self.clock, self.called = clock, called
        self.now = 100.0  # what its clock says, in seconds
        self.asked = 0  # how often a function was really called
        self.begun, self.ended, self.problems = 0, [], []  # calls in threads of their own; when they ended
        self.breaker = made("`Breaker(clock)`", Breaker, lambda: self.now)
        if not callable(getattr(self.breaker, "call", None)):
            raise incorrect(called, "a Breaker has no method `call`", "it has one")

    def through(self, error: Exception | None = None, seconds: float = 0.0, answer: Any = "Ada") -> bool:
        """One call of a function that takes so long and ends so; whether it was let through."""
        ran = []

        def get():
            self.asked += 1
            ran.append(True)
            if seconds:
                self.clock.sleep(seconds)
            if error is not None:
                raise error
            return answer

        try:
            got = self.breaker.call(get)
        except NotImplementedError:
            raise not_attempted("`Breaker.call` has nothing in it yet.") from None
        except virtual.VirtualTimeError:
            raise
        except Exception as raised:
            self._raised(raised, error, bool(ran))
        else:
            happened = f"it returned {show(got)}"
            if not ran:
                raise incorrect(self.called, f"the function was not called, and {happened}", REFUSES)
            if error is not None:
                expected = "the caller gets the error: it decides what to do without a cache"
                raise incorrect(self.called, f"{describe(error)}, and {happened}", expected)
            if got is not answer:
                raise incorrect(self.called, happened, f"what the function returned, {show(answer)}")
        return bool(ran)

    def _raised(self, raised: Exception, error: Exception | None, ran: bool) -> None:
        where = str(lines.of_error(raised) or "")
        if ran and raised is not error:
            expected = f"the function's {type(error).__name__}" if error else "what the function returned"
            raise incorrect(self.called, f"the caller got {describe(raised)}", expected, line=where)
        if not ran and not isinstance(raised, redis.ConnectionError):
            think = "Who calls it has an `except redis.ConnectionError` already."
            raise incorrect(
                self.called,
                f"the function was not called, and {describe(raised)} was raised",
                REFUSES,
                think,
                line=where,
            )

    def script(self, pattern: str, times: int) -> int:
        """Calls that fail (F, C), end well (s), get an error reply (r) or stumble over the answer (k), in
        turn; how many until one is refused, or `times`."""
        for number in range(times):
            if not self.through(_ending(pattern[number % len(pattern)])):
                return number
        return times

    def opened(self) -> None:
        """Have it opened, by failures alone."""
        self.script("F", 3 * WINDOW)

    def begin(self, threads: int = 1, **call: Any) -> None:
        """So many calls, in threads of their own."""

        def one():
            try:
                self.through(**call)
            except Exception as problem:  # a verdict: it belongs into the check's thread
                self.problems.append(problem)
            self.ended.append(self.clock.now)

        self.begun += threads
        for _ in range(threads):
            self.clock.after(0.0, one)

    def all_back(self) -> None:
        """Wait for them."""
        self.clock.sleep(100.0)
        for problem in self.problems:
            raise problem
        if len(self.ended) < self.begun:
            raise incorrect(
                self.called,
                f"{self.begun - len(self.ended)} of {counted(self.begun, 'thread')} still wait",
                "all of them come back",
                "Who waits here, and for what? For a lock that the same thread holds?",
            )


def _ending(letter: str) -> Exception | None:
    match letter:
        case "F":
            return redis.TimeoutError("Timeout reading from socket")
        case "C":
            return redis.ConnectionError("Error 111 connecting to cache:6379. Connection refused.")
        case "r":
            return redis.ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")
        case "k":
            return KeyError("name")
    return None


def passes_on_what_it_calls(Breaker: type) -> None:
    with virtual_time("`Breaker(clock).call(function)`", Breaker.__init__, _call(Breaker)) as clock:
        trials = Trials(clock, Breaker, "`Breaker(clock).call(function)`, which returns 'Ada', or None")
        for answer in ("Ada", None):
            _let_through(trials.through(answer=answer), trials.called)
        for error in (
            redis.TimeoutError("Timeout reading from socket"),
            redis.ConnectionError("Error 111 connecting to cache:6379. Connection refused."),
            redis.ResponseError("OOM command not allowed when used memory > 'maxmemory'."),
            KeyError("name"),
        ):
            called = f"`Breaker(clock).call(function)`, which raises {describe(error)}"
            trials = Trials(clock, Breaker, called)
            _let_through(trials.through(error), trials.called)
        called = "`Breaker(clock).call(cache.get, 'user:42')`"
        got: list[tuple] = []
        trials.breaker.call(lambda *arguments: got.append(arguments), "user:42")
        if got != [("user:42",)]:
            raise incorrect(called, f"the function was called with {show(got)}", "with 'user:42'")


def _let_through(through: bool, called: str) -> None:
    if not through:
        raise incorrect(called, "the function was not called", "closed, it calls")


def _call(Breaker: type) -> Callable:
    call = getattr(Breaker, "call", None)
    if not callable(call):
        raise incorrect("`Breaker(clock)`", "a Breaker has no method `call`", "it has one")
    return call


def opens_when_half_have_failed(Breaker: type) -> None:
    cases = [
        ("Fss", 0, 100, False, "one call in three fails"),
        ("FsFss", 0, 100, False, "two calls in five fail"),
        ("F", 0, WINDOW, True, "every call runs into its time-out"),
        ("C", 0, WINDOW, True, "every call is refused a connection"),
        ("FFs", 0, WINDOW, True, "two calls in three fail, and never three in a row"),
        ("sF", 0, WINDOW, True, "every second call fails"),
        ("F", 200, WINDOW, True, "after 200 that went well every call fails"),
    ]
    for pattern, before, calls, opens, words in cases:
        called = f"`Breaker(clock).call(function)`, {calls} times: {words}"
        with virtual_time(called, _call(Breaker)) as clock:
            trials = Trials(clock, Breaker, called)
            trials.script("s", before)
            done = trials.script(pattern, calls)
        if opens and done == calls:
            raise incorrect(
                called,
                "all of them were made: it never opened",
                f"it opens when half or more of the last {WINDOW} have failed",
                "Which calls does it look at, and does a success in between make it forget the failures?",
            )
        if not opens and done < calls:
            raise incorrect(
                called,
                f"it opened after {counted(done, 'call')}",
                "it stays closed: fewer than half have failed",
                "What is the number of failures compared with?",
            )
        if opens and done < LEAST:
            raise incorrect(
                called,
                f"it opened after {counted(done, 'call')}",
                f"{LEAST} of them at least: one unlucky call at night is no outage",
            )
        if opens and done > LEAST:
            raise incorrect(
                called,
                f"it opened after {counted(done, 'call')}",
                f"after {LEAST}: then half of the last {WINDOW if before else LEAST} have failed",
                "How many calls does it look back, and is half enough?",
            )


def any_other_error_is_an_answer(Breaker: type) -> None:
    for letter, words in (
        ("r", "the cache replies with an error, WRONGTYPE"),
        ("k", "the answer lacks a field, and the function raises KeyError"),
    ):
        called = f"`Breaker(clock).call(function)`, 40 times: each time {words}"
        with virtual_time(called, _call(Breaker)) as clock:
            if (done := Trials(clock, Breaker, called).script(letter, 40)) < 40:
                raise incorrect(
                    called,
                    f"it opened after {counted(done, 'call')}",
                    "it stays closed: a cache that replies is there",
                    "Which exceptions say that the cache is away?",
                )


def lets_one_probe_through(Breaker: type) -> None:
    with virtual_time("`Breaker(clock).call(function)`, after it has opened", _call(Breaker)) as clock:
        refuses_while_open(Trials(clock, Breaker, "it opens; 4.9 s later by its clock a call"))
        for ending, words in (("s", "ends well"), ("r", "gets an error reply")):
            called = f"it opens; 5.1 s later by its clock a call {words}; then one fails and five end well"
            trials = Trials(clock, Breaker, called)
            trials.opened()
            trials.now += PAUSE + 0.1
            if not trials.through(_ending(ending)):
                raise incorrect(
                    called,
                    "it lets nobody through",
                    f"after {PAUSE:g} s one call is a probe",
                    "Who finds out that the cache is back? Which clock does it read?",
                )
            if (done := trials.script("Fsssss", 6)) < 6:
                raise incorrect(
                    called,
                    "after the probe nobody is let through"
                    if done == 0
                    else "after one failure it is open again",
                    f"a probe that {words} closes it, and what was before is forgotten",
                    "What does it still remember from before the outage?" if done else "Who closes it?",
                )
        called = "it opens; 5.1 s later by its clock the probe fails, too"
        trials = Trials(clock, Breaker, called)
        trials.opened()
        for round_ in range(3):
            trials.now += PAUSE + 0.1
            if not trials.through(_ending("F")):
                raise incorrect(
                    f"{called}; 5.1 s after that it is asked again",
                    "it lets nobody through",
                    f"another probe, {PAUSE:g} s after the last one",
                    "Does it know that the probe is over?" if not round_ else "",
                )
            trials.now += PAUSE - 0.2
            if trials.through():
                raise incorrect(
                    f"{called}; 4.9 s after that it is asked again",
                    "it lets the call through",
                    f"it is open for {PAUSE:g} s more",
                    "From when on do the seconds count after a probe has failed?",
                )
            trials.now -= PAUSE - 0.2


def refuses_while_open(trials: Trials) -> None:
    trials.opened()
    before = trials.asked
    for later in (0.0, 2.4, 2.5):
        trials.now += later
        trials.script("sF", 5)
    trials.clock.sleep(60.0)
    trials.called = "it opens; a minute passes, but not by the clock that it was given"
    trials.script("sF", 5)
    if trials.asked > before:
        raise incorrect(
            trials.called,
            f"the function was called {counted(trials.asked - before, 'time')} more",
            f"open for {PAUSE:g} s by its own clock, and meanwhile {REFUSES}",
            "Which clock does it read?",
        )


def calls_run_side_by_side(Breaker: type) -> None:
    called = f"{THREADS} threads at once call a function that takes 0.05 s"
    with virtual_time(called, _call(Breaker)) as clock:
        trials = Trials(clock, Breaker, called)
        trials.begin(THREADS, seconds=0.05)
        trials.all_back()
        if max(trials.ended) > 0.2:
            raise incorrect(
                called,
                f"the last one was done after {max(trials.ended):.2f} s",
                "all of them after 0.05 s",
                "What does each of them hold while it calls?",
            )


def one_probe_of_a_herd(Breaker: type) -> None:
    for stepwise in (False, True):
        threads = 4 if stepwise else THREADS
        called = f"it opens; 5.1 s later {threads} threads call at once"
        with virtual_time(called, _call(Breaker)) as clock:
            trials = Trials(clock, Breaker, called)
            trials.opened()
            trials.now += PAUSE + 0.1
            before = trials.asked
            if stepwise:
                trials.through = _line_by_line(clock, Breaker, trials.through)
            trials.begin(threads, seconds=0.5)
            trials.all_back()
            if trials.asked - before != 1:
                raise incorrect(
                    called,
                    f"{counted(trials.asked - before, 'call')} went through",
                    "one: the probe. The others are refused until it is over",
                    "Two threads may be on the same line at the same moment. Which of yours must be one step?"
                    if stepwise
                    else "How does the second thread learn that a probe is out?",
                )


def _line_by_line(clock, Breaker: type, through: Callable) -> Callable:
    """Let the others have a turn before each line of the learner's."""
    code = getattr(_call(Breaker), "__code__", None)

    def trace(frame, event, arg):
        if code is None or frame.f_code.co_filename != code.co_filename:
            return None
        if event == "line":
            clock.sleep(0)
        return trace

    def stepped(**given):
        sys.settrace(trace)
        try:
            return through(**given)
        finally:
            sys.settrace(None)

    return stepped


def a_late_answer_decides_nothing(Breaker: type) -> None:
    called = (
        "a slow call begins; meanwhile others fail and it opens; 5.1 s later a probe begins; now the slow "
        "call ends well, and then the probe fails"
    )
    with virtual_time(called, _call(Breaker)) as clock:
        trials = Trials(clock, Breaker, called)
        trials.begin(seconds=1.0)  # let in while the breaker is closed
        clock.sleep(0.1)
        trials.opened()
        trials.now += PAUSE + 0.1
        trials.begin(error=_ending("F"), seconds=2.0)
        clock.sleep(1.5)
        before = trials.asked
        early = [trials.through() for _ in range(3)]
        clock.sleep(2.0)
        late = [trials.through() for _ in range(3)]
        trials.all_back()
        if any(early) or any(late):
            raise incorrect(
                called,
                f"{counted(trials.asked - before, 'further call')} went through",
                "none: only the probe says whether the cache is back",
                "The slow call was asked before the outage. How does your code know whose end it notes?",
            )

    called = "twelve slow calls begin; meanwhile others fail and it opens; 4 s later the slow ones fail, too"
    with virtual_time(called, _call(Breaker)) as clock:
        trials = Trials(clock, Breaker, called)
        trials.begin(12, error=_ending("F"), seconds=1.0)
        clock.sleep(0.1)
        trials.opened()
        trials.now += PAUSE - 1
        trials.all_back()
        trials.now += 1.1
        if not trials.through():
            raise incorrect(
                called,
                f"{PAUSE + 0.1:g} s after it opened it lets nobody through",
                f"a probe, {PAUSE:g} s after it opened",
                "Whose end moves the moment at which it opened?",
            )
