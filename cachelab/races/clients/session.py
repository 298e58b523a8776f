"""Suspend and replay: runs client functions with recorded answers, up to their first new call.

To learn a client's next call after some history, run it from the start, answer each call from the history,
and suspend it at the first call that has no answer. Suspending is an exception, `Suspend`, that is not an
`Exception`. A function that catches it all the same (a bare `except:`) is suspended nevertheless: whatever it
does afterwards is ignored, and if it goes on calling, its next line raises too. A function that runs on
without any call is stopped by the watchdog of learner/interrupt.py.
"""

from __future__ import annotations

import inspect
import io
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

from cachelab.learner import lines
from cachelab.learner.clock import Virtual
from cachelab.learner.interrupt import PATIENCE, take_back
from cachelab.learner.lines import Line
from cachelab.races.calls import Call, describe, without_moments
from cachelab.races.refusals import ADVICE, Endless, NotDeterministic, NotModelled, Refusal

FOREVER = 1_000  # a loop that has not given up after so many calls never does
_GRACE = 20  # calls it may still try after it was suspended, in its `finally` and `except` blocks


class Distinct(Exception):
    """Clients that were taken for interchangeable turn out not to be: those of `.function`, or (None) all."""

    def __init__(self, function: Callable | None):
        self.function = function


class Failure:
    """A client function ended with an exception of its own."""

    __slots__ = ("error", "where")

    def __init__(self, error: BaseException, where: Line | None):
        self.error, self.where = error, where

    def __str__(self):
        text = f"{type(self.error).__name__}: {self.error}".rstrip(": ")
        return f"{text} ({self.where})" if self.where else text


class Suspend(BaseException):
    """Unwinds a client function at its first unanswered call."""


class Run:
    """One run of a client function against a history."""

    __slots__ = (
        "program",
        "history",
        "position",
        "pending",
        "where",
        "result",
        "failure",
        "problem",
        "released",
        "watching",
        "values",
        "attempts",
        "again",
        "extra",
        "gave_up",
    )

    def __init__(self, program, history: list, again: list | None = None):
        self.program, self.history, self.position = program, history, 0
        self.again = again  # a polling round to be answered over and over after the history
        self.extra: list[tuple[Call, Line | None]] = []  # the calls so answered
        self.gave_up = False  # whether the client then made a call that is not part of the round
        self.pending: Call | None = None
        self.where: Line | None = None
        self.result = None
        self.failure: Failure | None = None
        self.problem: Refusal | None = None
        self.released: set[int] = set()
        self.watching: set[int] = set()
        self.values = 0
        self.attempts = 0  # calls it tried after it was suspended

    @property
    def over(self) -> bool:
        return self.pending is not None or self.problem is not None


_under_way: list[Session] = []


def session_under_way(what: str) -> Session:
    """The session whose client is running. Raises RuntimeError outside a client function."""
    if not _under_way:
        raise RuntimeError(f"{what} works only inside a client function that races.explore() runs")
    return _under_way[-1]


class Session:
    """One exploration's clients: their proxies for the cache and the database, and the run under way."""

    def __init__(self, functions: list[Callable], memcached: bool):
        from cachelab.races.models.database import Database

        self.memcached = memcached
        if memcached:
            from cachelab.races.clients.pymemcache import MemcachedClient as Cache
        else:
            from cachelab.races.clients.redis import ValkeyClient as Cache
        self.cache = Cache(self)
        self.db = Database(self)
        self.virtual = Virtual(functions, self._no_threads, self._no_network)
        self.current: Run | None = None
        self.replica = False  # whether anybody read the replica
        self.rows: set[str] = set()  # the names of the rows that anybody used; "": the one without
        self.durations: set[bytes] = set()  # the commands that were asked for a TTL or an idle time
        self.another_day = False  # whether a run is made at another time than its history was
        self.overdue: Endless | None = None
        self.late: Callable[[], bool] | None = None  # whether a client run alone has had its time
        self.runs = 0
        self.slept: set[str] = set()  # names of the clients that did so
        self.drew: set[str] = set()  # random numbers
        self.looked: set[str] = set()  # at the wall clock
        self.printed: set[str] = set()
        self.timed: dict[str, Line | None] = {}  # clients that tell the cache the time, and where
        self.swallowed: dict[str, Line | None] = {}

    def __enter__(self):
        """Around an exploration. An interrupt may come between any two lines: at the end all is put back."""
        self._outside = sys.stdout, len(_under_way)
        self.virtual.__enter__()
        return self

    def __exit__(self, *exception):
        sys.stdout, depth = self._outside
        del _under_way[depth:]
        self.virtual.__exit__(*exception)

    # --- what the proxies call ---

    def call(self, call: Call):
        """Answer a client's call from its history, or suspend the client here."""
        run = self.current
        if run is None:
            raise RuntimeError(
                "this client works only while races.explore() runs the function it was given to"
            )
        if threading.get_ident() != self.virtual.thread:
            self._no_threads()
        if run.over:
            run.attempts += 1
            if run.attempts > _GRACE:
                _raise_on_next_line()
            raise Suspend
        if run.position < len(run.history):
            expected, answer, where = run.history[run.position]
            if call != expected and not (
                self.another_day and without_moments(call) == without_moments(expected)
            ):
                self.abort(
                    NotDeterministic(
                        f"{run.program.name} is not deterministic: after the same answers it once called "
                        f"{describe(expected)} ({where}) and once {describe(call)} ({_here()})" + ADVICE
                    )
                )
            run.position += 1
            run.released.clear()
            self.virtual.called()
            return answer
        where = _here()
        if run.again is not None and len(run.extra) < FOREVER:
            expected, answer, line = run.again[len(run.extra) % len(run.again)]
            if where == line and run.program.alike(call, expected):
                run.extra.append((call, where))
                self.virtual.called()
                return answer
            run.gave_up = True
        run.pending, run.where = call, where
        if call.kind == "db":
            self.replica = self.replica or call.payload[1] == "replica"
        elif call.kind == "valkey":
            name, *arguments = call.payload
            if name in (b"TTL", b"PTTL") or (name == b"XPENDING" and len(arguments) > 2):
                self.durations.add(name)
        raise Suspend

    def abort(self, problem: Refusal) -> NoReturn:
        """End the whole exploration with `problem`, whatever the client catches."""
        run = self.current
        if run is None:
            raise problem
        if not run.over:
            where = _here() or lines.in_frame(lines.of_thread(self.virtual.thread))
            if where and str(where) not in str(problem):
                problem = type(problem)(f"{run.program.name}, {where}: {problem}")
            run.problem = problem
        raise Suspend

    def _no_threads(self) -> NoReturn:
        """A client starts a thread, or calls from one; as an error that the thread, too, can die of."""
        try:
            self.abort(
                NotModelled(
                    "not modelled: threads. A client makes one call after the other; what a thread would do "
                    "beside it is a client of its own: explore([reader, writer, in_the_background])"
                )
            )
        except Suspend:
            raise RuntimeError("no threads inside a client function that the explorer runs") from None

    def _no_network(self) -> NoReturn:
        """A client uses a connection that is not the explorer's."""
        self.abort(
            NotModelled(
                "not modelled: a connection of its own. A client reaches the cache and the database only "
                "through the `cache` and the `db` that it is handed"
            )
        )

    stop = Suspend  # what the watchdog raises in a client

    def tell_overdue(self, run: Run, where: Line | None) -> None:
        """The watchdog's: this run has neither called nor ended, or does not end when it is interrupted."""
        if not run.over:
            run.problem = Endless(
                f"{run.program.name} ran for {PATIENCE:g} s without a call to the cache or the "
                f"database: look for a loop without an end at {where}."
            )
        self.overdue = (
            self.overdue
            or run.problem
            or Endless(
                f"{run.program.name} does not end when it is interrupted at {run.where}: it catches "
                "everything, again and again. Catch redis.RedisError instead."
            )
        )

    def new_connection(self) -> int:
        """A number for the connection of a pipeline that starts to watch: the lowest that is free."""
        watching = self.current.watching
        number = next(number for number in range(1, len(watching) + 2) if number not in watching)
        watching.add(number)
        return number

    def release(self, run: Run | None, connection: int, *, silent: bool) -> None:
        """A pipeline of `run` gave its connection back; if `silent`, without a call that ends the watch."""
        if run is not None and run is self.current and not run.over:
            run.watching.discard(connection)
            if silent:
                run.released.add(connection)

    def new_value(self) -> str:
        run = self.current
        if run is None:
            raise RuntimeError("db.new_value() works only while races.explore() runs the function")
        run.values += 1
        self.virtual.personal = True
        return f"w{run.program.identity}" + (f".{run.values}" if run.values > 1 else "")

    # --- running ---

    def run(self, program, history: list, again: list | None = None) -> Run:
        """Run the function of `program` against `history`, to its next call or its end.

        `again`: a round of calls and answers to be repeated after the history, for as long as the client
        does.
        """
        run = Run(program, history, again)
        self.runs += 1
        self.cache.forget()
        self.db.forget()
        out, outer, depth, tracer = sys.stdout, self.current, len(_under_way), sys.gettrace()
        sink = _Sink(out)
        try:
            sys.stdout, self.current = sink, run
            _under_way.append(self)
            self.virtual.start(program.identity)
            run.result = program.function(*program.arguments)
            if run.over:
                self.swallowed.setdefault(program.plain_name, run.where)
        except Suspend:
            pass
        except BaseException as error:
            if not isinstance(error, Exception | SystemExit) and not run.over:
                raise  # it came from outside: an interrupt, or the end of somebody's patience
            if not run.over:
                run.failure = Failure(error, lines.in_error(error))
        finally:
            sys.stdout, self.current = out, outer
            del _under_way[depth:]
            if run.attempts > _GRACE:
                sys.settrace(tracer)
                self.swallowed.setdefault(program.plain_name, run.where)
            self.virtual.stop()
            if sink.written:
                self.printed.add(program.plain_name)
        for did, who in (
            (self.virtual.slept, self.slept),
            (self.virtual.drew, self.drew),
            (self.virtual.looked, self.looked),
        ):
            if did:
                who.add(program.plain_name)
        if self.virtual.personal:
            program.personal = True
            if program.shared and run.problem is None:
                raise Distinct(program.function)
        if run.problem is not None:
            raise run.problem from None
        if run.pending is not None:
            run.result = run.failure = None
        elif run.position < len(history):
            where = history[run.position][2]
            raise NotDeterministic(
                f"{program.name} is not deterministic: after the same answers it once called "
                f"{describe(history[run.position][0])} ({where}) and once ended" + ADVICE
            )
        elif inspect.isawaitable(run.result) or inspect.isgenerator(run.result):
            kind = "async function" if inspect.isawaitable(run.result) else "generator"
            if inspect.iscoroutine(run.result):
                run.result.close()
            raise TypeError(
                f"{program.name} is an {kind}; the explorer runs plain functions: def, return, no yield"
            )
        return run


class _Sink(io.TextIOBase):
    """Where a client's prints go: it runs dozens of times, in an order of the explorer's own."""

    written = False

    def __init__(self, out):
        self._out, self._thread = out, threading.get_ident()

    def write(self, text):
        if threading.get_ident() != self._thread:  # somebody else's print
            return self._out.write(text)
        self.written = True
        return len(text)


def _raise_on_next_line() -> None:
    """Make the functions under way raise Suspend at their next line, inside whatever handler they are in."""

    def trace(_frame, event, _argument):
        if event == "line":
            raise Suspend
        return trace

    frame = sys._getframe(1)
    while frame is not None and frame.f_code is not Session.run.__code__:
        if lines.is_learners(frame.f_code.co_filename):
            frame.f_trace = trace
        frame = frame.f_back
    take_back()  # a traced function would wait for it
    sys.settrace(lambda *_: None)


def _here() -> Line | None:
    """The innermost line under way that is not a library's."""
    return lines.in_frame(sys._getframe(1))
