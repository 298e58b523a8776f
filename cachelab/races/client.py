"""Client functions as automata: suspend and replay.

A client function is deterministic given what it has observed. So to learn its next call after some history of
answers, run it from the start, answer each call from the history, and suspend it at the first call that has
no answer. Each history is a `Node` of a tree that remembers the next call or the result; the function itself
runs once per node, however many schedules pass through it.

Suspending is an exception, `Suspend`, that is not an `Exception`. A function that catches it all the same (a
bare `except:`) is suspended nevertheless: whatever it does afterwards is ignored, and if it goes on calling,
its next line raises too. A function that runs on without any call is stopped by a watchdog thread.
"""

from __future__ import annotations

import inspect
import io
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

from .calls import Call, Where
from .refusals import Endless, NotDeterministic, Refusal
from .virtual import Virtual, is_library

CALL_CAP = 200  # calls of one client in one schedule
_LONGEST_ROUND = 12  # calls of a polling loop, at most
_EXACT_ROUNDS = 4  # a loop that gives up after so many rounds is explored round by round
_FOREVER = 1_000  # a loop that has not given up after so many rounds never does
_POLLS = ("db", "valkey", "memcached")  # the kinds of call in a round that may be repeated in one go
PATIENCE = 1.0  # seconds of processor time that one run of a client may take; a millisecond is usual
_GRACE = 20  # calls it may still try after it was suspended, in its `finally` and `except` blocks


class Suspend(BaseException):
    """Unwinds a client function at its first unanswered call."""


class Distinct(Exception):
    """Clients that were taken for interchangeable turn out not to be: those of `.function`, or (None) all."""

    def __init__(self, function: Callable | None):
        self.function = function


class Failure:
    """A client function ended with an exception of its own."""

    __slots__ = ("error", "where")

    def __init__(self, error: BaseException, where: Where | None):
        self.error, self.where = error, where

    def __str__(self):
        text = f"{type(self.error).__name__}: {self.error}".rstrip(": ")
        return f"{text} ({self.where})" if self.where else text


class Node:
    """A client function after one history of answers: about to make `call`, or done with `result`."""

    __slots__ = (
        "program",
        "parent",
        "answer",
        "depth",
        "call",
        "where",
        "result",
        "failure",
        "released",
        "wrote",
        "idle",
        "children",
        "loop",
    )

    def __init__(self, program: Program, parent: Node | None, answer, idle: bool = True):
        self.program, self.parent, self.answer = program, parent, answer
        self.idle = idle  # the call that led here changed nothing, when it was first made
        self.depth = 0 if parent is None else parent.depth + 1
        self.children: dict[object, Node] = {}
        self.call: Call | None = None  # None: done
        self.where: Where | None = None  # of the call
        self.result = None
        self.failure: Failure | None = None
        self.released: frozenset[int] = frozenset()  # connections that stopped watching on the way here
        self.wrote = -1  # the latest version this client committed
        if parent is not None:
            self.wrote = parent.wrote
            if parent.call.kind == "db" and parent.call.payload[0] == "write":
                self.wrote = answer[1]
        self.loop = None

    @property
    def done(self) -> bool:
        return self.call is None

    def history(self) -> list[tuple[Call, object, Where | None]]:
        """`(call, answer, where)` from the start to here."""
        steps = []
        node = self
        while node.parent is not None:
            steps.append((node.parent.call, node.answer, node.parent.where))
            node = node.parent
        steps.reverse()
        return steps

    def after(self, answer, idle: bool = True) -> Node:
        """The node after `call` was answered; `idle`: the call changed nothing."""
        key = _key(answer)
        child = self.children.get(key)
        if child is None:
            child = self.children[key] = self.program.grow(self, answer, idle)
        return child


def _key(answer):
    """A hashable stand-in for an answer, that tells 1 from True and b'' from OK."""
    if isinstance(answer, list):
        return (list, *map(_key, answer))
    if isinstance(answer, tuple):
        return (tuple, *map(_key, answer))
    return (type(answer), answer)


class Program:
    """One client function with one identity, and the tree of everything it may observe."""

    def __init__(
        self, session: Session, function: Callable, name: str, identity: int, arguments: tuple, shared: bool
    ):
        self.session, self.function, self.name, self.identity = session, function, name, identity
        self.arguments = arguments
        self.plain_name = getattr(function, "__name__", name)  # the same whoever runs it
        self.shared = shared  # by all clients that run this function: it must not use its identity
        self.personal = False
        root = Node(self, None, None)
        self.root = self._visit(root)

    def grow(self, parent: Node, answer, idle: bool) -> Node:
        node = self._visit(Node(self, parent, answer, idle))
        if node.done:
            return node
        recent = self._recent(node)
        rounds = [length for length, step in enumerate(recent, 1) if self._begins(step, node)]
        for length in rounds:  # has it gone round a known loop?
            first = node
            for _ in range(length):
                first = first.parent
            if (
                first.loop is not None
                and first.loop.folds
                and self._same_round(recent[:length], first.loop.body)
            ):
                return first
        for length in rounds:  # or does it begin one?
            loop = self._foresee(node, recent[:length][::-1])
            if loop.rounds > 1:
                node.loop = loop
                break
        return node

    @staticmethod
    def _recent(node: Node) -> list[Node]:
        """The nodes of the latest calls, newest first, as far back as a round may reach."""
        steps = []
        while node.parent is not None and len(steps) < _LONGEST_ROUND:
            steps.append(node)
            node = node.parent
        return steps

    def _begins(self, step: Node, node: Node) -> bool:
        """Whether `node` is about to make the call that led to `step`, from the same line."""
        return step.parent.where == node.where and self._alike(step.parent.call, node.call)

    def _same_round(self, newest_first: list[Node], body: list[tuple[Call, object]]) -> bool:
        return len(newest_first) == len(body) and all(
            self._alike(step.parent.call, call) and _key(step.answer) == _key(answer)
            for step, (call, answer) in zip(newest_first, reversed(body), strict=True)
        )

    def _alike(self, one: Call, other: Call) -> bool:
        return _same_shape(one, other) if self.personal else one == other

    def _foresee(self, node: Node, steps: list[Node]) -> Loop:
        """What becomes of a client that has just gone through `steps` if further rounds bring nothing new."""
        history = node.history()
        body, length = history[-len(steps) :], len(steps)
        run = self.session.run(self, history, again=body)
        ended = run.gave_up or run.pending is None
        rounds = 1 + len(run.extra) // length if ended else _FOREVER
        loop = Loop([(call, answer) for call, answer, _ in body], None, rounds)
        if not ended:
            loop.folds = True
        elif rounds > _EXACT_ROUNDS:
            loop.folds = all(step.idle and step.parent.call.kind in _POLLS for step in steps)
        if loop.folds and ended:
            last = node
            for index, (call, where) in enumerate(run.extra):
                last.call, last.where = call, where
                last = Node(self, last, body[index % length][1])
                last.depth = node.depth + 1  # however many rounds, the cap counts them once
            loop.exit = self._visit(last)
        return loop

    def _visit(self, node: Node) -> Node:
        if node.depth > CALL_CAP:
            raise Endless(
                f"{self.name} made {CALL_CAP} calls and still has no answer ({node.parent.where}). "
                "Bound the loop: try a fixed number of times, then go to the database."
            )
        run = self.session.run(self, node.history())
        node.call, node.where, node.released = run.pending, run.where, frozenset(run.released)
        node.result, node.failure = run.result, run.failure
        if node.call is None:  # a result is only ever seen once: look twice
            again = self.session.run(self, node.history())
            if again.pending is not None or _differ(again.result, run.result):
                raise NotDeterministic(
                    f"{self.name} returned {run.result!r}, and, run again with the same answers, "
                    + (f"called {again.where}" if again.pending else repr(again.result))
                    + _ADVICE
                )
        return node


_ADVICE = (
    ". A client must depend on nothing but its arguments and the answers it gets: keep no state in globals, "
    "closures or default arguments, and draw nothing from numpy or files. "
    "(time, random, secrets, uuid and os.urandom are taken care of.)"
)


def _differ(one, other) -> bool:
    try:
        return bool(one != other)
    except Exception:
        return False


def _same_shape(one: Call, other: Call) -> bool:
    """Whether two calls differ at most in words that a client makes up, such as a lock's token."""
    if one == other:
        return True
    if one.kind != other.kind or one.connection != other.connection:
        return False
    if one.kind == "valkey":
        return one.payload[:2] == other.payload[:2] and len(one.payload) == len(other.payload)
    if one.kind == "memcached":
        return one.payload.split()[:2] == other.payload.split()[:2]
    return False


class Loop:
    """A client that polls: `body` is the round it keeps repeating while the answers stay the same.

    Such rounds are folded: after another identical round the client counts as being where it was before that
    round. If it gives up after some number of rounds, `exit` is where it is then. A loop that ends after a
    few rounds, or that ends and changes something in each, is not folded but explored round by round.
    """

    __slots__ = ("body", "exit", "rounds", "folds")

    def __init__(self, body: list[tuple[Call, object]], exit: Node | None, rounds: int):
        self.body, self.exit, self.rounds, self.folds = body, exit, rounds, False


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

    def __init__(self, program: Program, history: list, again: list | None = None):
        self.program, self.history, self.position = program, history, 0
        self.again = again  # a polling round to be answered over and over after the history
        self.extra: list[tuple[Call, Where | None]] = []  # the calls so answered
        self.gave_up = False  # whether the client then made a call that is not part of the round
        self.pending: Call | None = None
        self.where: Where | None = None
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
        from .database import Database

        if memcached:
            from .pymemcache_client import MemcachedClient as Cache
        else:
            from .redis_client import ValkeyClient as Cache
        self.cache = Cache(self)
        self.db = Database(self)
        self.virtual = Virtual(functions)
        self.current: Run | None = None
        self.replica = self.ttl = False  # whether anybody read the replica, or a TTL
        self.overdue: Endless | None = None
        self.runs = 0
        self.slept: set[str] = set()  # names of the clients that did so
        self.drew: set[str] = set()  # random numbers
        self.looked: set[str] = set()  # at the wall clock
        self.printed: set[str] = set()
        self.swallowed: dict[str, Where | None] = {}

    # --- what the proxies call ---

    def call(self, call: Call):
        """Answer a client's call from its history, or suspend the client here."""
        run = self.current
        if run is None:
            raise RuntimeError(
                "this client works only while races.explore() runs the function it was given to"
            )
        if run.over:
            run.attempts += 1
            if run.attempts > _GRACE:
                _raise_on_next_line()
            raise Suspend
        if run.position < len(run.history):
            expected, answer, where = run.history[run.position]
            if call != expected:
                self.abort(
                    NotDeterministic(
                        f"{run.program.name} is not deterministic: after the same answers it once called "
                        f"{describe(expected)} ({where}) and once {describe(call)} ({_here()})" + _ADVICE
                    )
                )
            run.position += 1
            run.released.clear()
            self.virtual.called()
            return answer
        where = _here()
        if run.again is not None and len(run.extra) < _FOREVER * len(run.again):
            expected, answer, line = run.again[len(run.extra) % len(run.again)]
            if where == line and run.program._alike(call, expected):
                run.extra.append((call, where))
                self.virtual.called()
                return answer
            run.gave_up = True
        run.pending, run.where = call, where
        if call.kind == "db":
            self.replica = self.replica or call.payload[1] == "replica"
        elif call.kind == "valkey":
            self.ttl = self.ttl or call.payload[0] in (b"TTL", b"PTTL")
        raise Suspend

    def abort(self, problem: Refusal) -> NoReturn:
        """End the whole exploration with `problem`, whatever the client catches."""
        run = self.current
        if run is None:
            raise problem
        if not run.over:
            where = _here()
            if where and str(where) not in str(problem):
                problem = type(problem)(f"{run.program.name}, {where}: {problem}")
            run.problem = problem
        raise Suspend

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

    def run(self, program: Program, history: list, again: list | None = None) -> Run:
        """Run the function of `program` against `history`, to its next call or its end.

        `again`: a round of calls and answers to be repeated after the history, for as long as the client
        does.
        """
        run = Run(program, history, again)
        self.runs += 1
        self.cache.forget()
        out, sys.stdout = sys.stdout, _Sink(sys.stdout)
        outer = self.current
        self.current = run
        _under_way.append(self)
        tracer = sys.gettrace()
        self.virtual.start(program.identity)
        try:
            run.result = program.function(*program.arguments)
            if run.over:
                self.swallowed.setdefault(program.plain_name, run.where)
        except Suspend:
            pass
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not run.over:
                raise
            if not run.over:
                run.failure = Failure(error, _line_of(error))
        finally:
            self.current = outer
            _under_way.pop()
            if run.attempts > _GRACE:
                sys.settrace(tracer)
                self.swallowed.setdefault(program.plain_name, run.where)
            self.virtual.stop()
            if sys.stdout.written:
                self.printed.add(program.plain_name)
            sys.stdout = out
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
                f"{describe(history[run.position][0])} ({where}) and once ended" + _ADVICE
            )
        elif inspect.isawaitable(run.result) or inspect.isgenerator(run.result):
            kind = "async function" if inspect.isawaitable(run.result) else "generator"
            if inspect.iscoroutine(run.result):
                run.result.close()
            raise TypeError(
                f"{program.name} is an {kind}; the explorer runs plain functions: def, return, no yield"
            )
        return run


def _raise_on_next_line() -> None:
    """Make the functions under way raise Suspend at their next line, inside whatever handler they are in."""

    def trace(_frame, event, _argument):
        if event == "line":
            raise Suspend
        return trace

    frame = sys._getframe(1)
    while frame is not None and frame.f_code is not Session.run.__code__:
        if not is_library(frame.f_code.co_filename):
            frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(lambda *_: None)


class Watchdog:
    """Ends a client function that neither calls nor returns: `with Watchdog(session): …` around an
    exploration.

    Python can raise an exception in another thread (between two bytecodes); it is raised again until the
    function has ended, since a bare `except:` may catch it.
    """

    def __init__(self, session: Session):
        self._session = session
        self._done = threading.Event()
        self._thread = threading.get_ident()

    def __enter__(self):
        self._watcher = threading.Thread(target=self._watch, name="races watchdog", daemon=True)
        try:
            self._watcher.start()
        except RuntimeError:  # no threads on this platform: an endless client then hangs, as it would anyway
            self._watcher = None
        return self

    def __exit__(self, kind, *_):
        self._done.set()
        if self._session.overdue is None:
            return
        try:  # one more may be under way: let it arrive here
            self._watcher.join()
            for _ in range(1000):
                pass
        except Suspend:
            pass
        if kind is Suspend:
            raise self._session.overdue from None

    def _watch(self):
        clock = _clock_of(self._thread)
        seen, since = None, clock()
        while not self._done.wait(PATIENCE / 8 if self._session.overdue is None else 0.01):
            run = self._session.current
            if run is None or run is not seen:
                seen, since = run, clock()
            elif clock() - since > PATIENCE:
                if not run.over:
                    run.problem = Endless(
                        f"{run.program.name} ran for {PATIENCE:g} s without a call to the cache or the "
                        f"database: look for a loop without an end at {self._where()}."
                    )
                self._session.overdue = (
                    self._session.overdue
                    or run.problem
                    or Endless(
                        f"{run.program.name} does not end when it is interrupted at {run.where}: it catches "
                        "everything, again and again. Catch redis.RedisError instead."
                    )
                )
                _raise_in(self._thread, Suspend)

    def _where(self) -> Where | None:
        frame = sys._current_frames().get(self._thread)
        return _innermost(frame)


def _clock_of(thread: int) -> Callable[[], float]:
    """A thread's processor time in seconds, so that a stalled machine ends nobody; else the wall's."""
    try:
        clock = time.pthread_getcpuclockid(thread)
    except (AttributeError, OSError):
        return time.monotonic
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, exception: type[BaseException]) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))


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


def _here() -> Where | None:
    """The innermost line under way that is not a library's."""
    return _innermost(sys._getframe(1))


def _innermost(frame) -> Where | None:
    while frame is not None:
        if not is_library(frame.f_code.co_filename):
            return Where(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back
    return None


def _line_of(error: BaseException) -> Where | None:
    """The innermost line of an exception's traceback that is not a library's."""
    where = None
    traceback = error.__traceback__
    while traceback is not None:
        if not is_library(traceback.tb_frame.f_code.co_filename):
            where = Where(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return where


def describe(call: Call) -> str:
    """A call as a learner reads it: GET user:1, db.read()."""
    match call.kind:
        case "valkey":
            return _command(call.payload)
        case "exec":
            if not call.payload:
                return "EXEC"
            return "MULTI · " + " · ".join(map(_command, call.payload)) + " · EXEC"
        case "watch":
            return "WATCH " + " ".join(map(_word, call.payload))
        case "unwatch":
            return "UNWATCH"
        case "memcached":
            lines = [_word(line) for line in call.payload.rstrip(b"\r\n").split(b"\r\n")]
            return " ↵ ".join(lines)
        case "outlast":
            return "wait for the running readers"
        case "db":
            operation, detail = call.payload
            if operation == "write":
                return f"db.write({detail!r})" if detail is not None else "db.write()"
            return f"db.{'replica.' if detail == 'replica' else ''}{operation}()"
    raise AssertionError(call)


def _command(command) -> str:
    if command[0] == b"EVAL":
        script = " ".join(_word(command[1]).split())
        if len(script) > 30:
            script = script[:29] + "…"
        return f"EVAL '{script}' " + " ".join(map(_word, command[2:]))
    return " ".join(map(_word, command))


def _word(word: bytes) -> str:
    return word.decode(errors="backslashreplace") or "''"
