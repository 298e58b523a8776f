"""Where a check meets an answer: it calls the learner's function, and sees each command and query of it."""

import math
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import redis.retry

from cachelab.learner import lines
from cachelab.learner.clock import Clock, real_monotonic
from cachelab.learner.words import counted, message, show

from .. import walls
from ..attempt import (
    Overtime,
    at_end,
    describe,
    engines_owe,
    limit,
    note,
    overtime_line,
    park,
    put_back,
    strike,
)
from ..verdict import Settled, Table, broken, incorrect, not_attempted
from .cache import Cache, responds
from .cluster import Cluster
from .database import Database, refuse
from .memcached import Memcached
from .sandbox import Sandbox, impatient_waiters, open_sandbox, snake
from .unsafe import watched

PATIENCE = 3.0  # seconds one call of the learner's function may use, or sleep
OWED = 1.0  # seconds after which a cache that has not answered a call is asked whether it answers at all
MANY = 1_000  # round trips of one call, after which it is its own doing that it waits
LOOK = 0.02  # seconds of the learner's clock that a request to AWS takes
A_WHILE = 3600.0  # seconds: what AWS does takes so long by the real clock; the learner's ends it


class Unavailable(Exception):
    """An engine that a check needs could not be started; not the learner's fault."""


_engines: dict[str, Any] = {}  # the checks' own, kept for the kernel: a check never touches the learner's


@contextmanager
def prepared(needs: tuple[str, ...]):
    """What a check needs, started unless it runs already: {"valkey": (connection class, settings),
    "memcached": (host, port), "cluster": (host, port) of each node, "aws": a Sandbox, which is new for each
    check and ends with it, "paper": what makes a CloudWatch on paper}.

    "real valkey" will not do with a stand-in. Raises Unavailable."""
    with ExitStack() as closing:
        found = _engines_for(tuple(need for need in needs if need not in ("aws", "paper")))
        if "paper" in needs:
            from cachelab.cloud.metrics.paper import Paper, nobodys_session

            if not walls.possible:  # as in the sandbox: an answer may change what it keeps
                closing.callback(nobodys_session.cache_clear)
            nobodys_session()  # here, once: a child would load boto3 anew for every check
            found["paper"] = Paper
        if "aws" in needs:
            try:
                found["aws"] = closing.enter_context(open_sandbox())
            except Exception as error:
                raise Unavailable(f"{type(error).__name__}: {error}") from error
        yield found


def _engines_for(needs: tuple[str, ...]) -> dict[str, Any]:
    from cachelab import engines

    found: dict[str, Any] = {}
    for need in needs:
        name = need.removeprefix("real ")
        try:
            if name not in _engines or not _engines[name].alive:
                _engines[name] = getattr(engines, name)(fresh=True)
            pool = _engines[name].client().connection_pool if name == "valkey" else None
        except Exception as error:
            _engines.pop(name, None)
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        if need != name and not _engines[name].is_real:
            raise Unavailable(f"it needs a real server, and here is only a {_engines[name].badge}")
        if name == "cluster":
            found[name] = _engines[name].addresses
        elif pool is not None:
            found[name] = (pool.connection_class, dict(pool.connection_kwargs))
        else:
            found[name] = (_engines[name].host, _engines[name].port)
    return found


@dataclass
class Did:
    """One thing a call did: a round trip to the cache, or a query."""

    kind: str  # "cache", "database" or "aws"
    text: str
    reply: Any = None
    error: str = ""
    commands: tuple = ()

    def row(self):
        return (self.kind, self.text, self.error or show(self.reply, 60))


class Log:
    """Every step of every call, in order, and what is wrong with the world meanwhile."""

    def __init__(self):
        self.steps: list[Did] = []
        self.conditions: list[str] = []
        self.on_trip: Callable[[], None] | None = None  # called before each round trip
        self.fault: Callable[[tuple], None] | None = None  # raises instead of a round trip
        self.on_request: Callable[[], None] | None = None  # called before each request to AWS
        self.on_wait: Callable[[], None] | None = None  # called before each of a boto3 waiter
        self.changed: Callable[[], None] | None = None  # called after each that has changed something
        self.over = False
        self.first = 0  # the first step of the call under way
        self._owed: list[tuple[str, float]] = []  # what our engines have been asked: kind, since when

    @property
    def loads(self) -> list[Did]:
        return [step for step in self.steps if step.kind == "database"]

    def go_on(self) -> None:
        """Before each step: once the check is over, whatever is left of the answer goes no further."""
        if self.over:
            park()

    @contextmanager
    def ours(self, kind: str = "ours"):
        """What is done here, in the learner's call or beside it, is no doing of the learner's."""
        self._owed.append((kind, real_monotonic()))
        try:
            yield
        finally:
            self._owed.pop()

    def owed(self, responds: Callable[[], bool]) -> bool:
        """Whether the call under way waits for one of our engines, and has to: not if it sent a command
        that blocks, to a server that answers everybody else, nor for one trip after the other."""
        if not self._owed or len(self.steps) - self.first > MANY:
            return False
        kind, since = self._owed[-1]
        return kind != "cache" or real_monotonic() - since < OWED or not responds()

    @contextmanager
    def trip(self, commands):
        text = " · ".join(" ".join(_argument(part) for part in command) for command in commands)
        names = tuple(str(command[0]).upper() for command in commands)
        if self.on_trip:
            self.on_trip()
        before = self.fault and partial(self.fault, names)
        yield from self._step(Did("cache", text[:110], commands=names), before)

    @contextmanager
    def query(self, name, args, named, db):
        yield from self._step(
            Did("database", f"{name}({_arguments(args, named)})"), before=refuse if db.down else None
        )

    def request(self, operation: str, parameters: dict) -> Callable[[dict], None]:
        """Note a request to AWS; call what this returns with the answer."""
        self.go_on()
        step = Did("aws", f"{operation}({_arguments((), parameters)})"[:110])
        self.steps.append(step)
        if self.on_request:
            self.on_request()

        def answered(parsed: dict) -> None:
            if "Error" in parsed:
                step.error = f"{parsed['Error']['Code']}: {parsed['Error']['Message']}"[:80]
            else:
                statuses = _statuses(parsed)
                step.reply = statuses[0] if len(statuses) == 1 else statuses or "done"
                if self.changed and not operation.startswith(("describe_", "list_")):
                    self.changed()

        return answered

    def _step(self, step, before=None):
        self.go_on()
        self.steps.append(step)
        try:
            if before:
                before()
            with self.ours(step.kind):
                yield step
        except Exception as error:
            step.error = describe(error)[:80]
            raise

    @contextmanager
    def during(self, condition: str):
        self.conditions.append(condition)
        try:
            yield
        finally:
            self.conditions.remove(condition)


@dataclass
class Trial:
    """One call of the learner's function: what it was, what it did, how it ended."""

    text: str
    value: Any = None
    error: BaseException | None = None
    overtime: str | None = None  # the line it was at when its time ran out
    patience: float = PATIENCE
    seconds: float = 0.0
    steps: list[Did] = field(default_factory=list)
    unsafe: set[str] = field(default_factory=set)  # what the learner's lines ran: see unsafe.DONE

    @property
    def loads(self) -> list[Did]:
        """The queries it made."""
        return [step for step in self.steps if step.kind == "database"]

    @property
    def trips(self) -> list[Did]:
        """The round trips to the cache it made."""
        return [step for step in self.steps if step.kind == "cache"]

    @property
    def commands(self) -> set[str]:
        """The names of the commands it sent to the cache."""
        return {name for step in self.trips for name in step.commands}

    @property
    def where(self) -> str:
        return lines.of_error(self.error) if self.error else ""

    def log(self) -> Table:
        """Its steps; where one is repeated, how often."""
        rows: list[tuple] = []
        for step in self.steps:
            if rows and rows[-1][1:4] == step.row():
                rows[-1] = (*rows[-1][:4], rows[-1][4] + 1)
            else:
                rows.append((str(len(rows) + 1), *step.row(), 1))
        shown = [(*row[:3], row[3] + (f", {row[4]:,} times" if row[4] > 1 else "")) for row in rows[:12]]
        shown += [("…", f"{len(rows) - 12:,} more", "", "")] if len(rows) > 12 else []
        return Table("What this call did", ("", "where", "what", "answer"), tuple(shown))

    def wrong(self, happened: str, expected: str, think: str = "", *evidence) -> Settled:
        """The verdict that this call did the wrong thing: `raise call.wrong(…)`."""
        return incorrect(
            self.text, happened, expected, think, *((self.log(),) if self.steps else ()), *evidence
        )

    def finished(self) -> "Trial":
        """Settle as broken if the call raised or did not end."""
        if self.overtime is not None:
            raise broken(
                self.text,
                f"no answer after {self.patience:g} seconds, so the check stopped it",
                self.overtime,
                "Is there a loop that never ends, or a wait or a retry without a limit?"
                if self.steps
                else "It has used neither the cache nor the database it was handed. What was it waiting for?",
                *((self.log(),) if self.steps else ()),
            )
        if self.error is not None:
            raise broken(
                self.text,
                describe(self.error),
                self.where,
                _advice(self.error),
                *((self.log(),) if self.steps else ()),
            )
        return self

    def returned(self, expected, think: str = "") -> "Trial":
        """Settle as incorrect unless the call returned a value equal to this and of the same types."""
        self.finished()
        if difference := differ(self.value, expected):
            happened, wanted = difference
            if self.value is None:
                think = think or "Is there a path through the function without a `return`?"
            raise self.wrong(
                f"it returned something else: {happened}".replace("something else: it was ", ""),
                wanted,
                think,
            )
        return self


def name_of(function) -> str:
    """What a verdict calls it; a functools.partial and an object with __call__ have no name of their own."""
    return getattr(function, "__name__", "your function")


class Lab:
    """What a judge works with: a cache and a database that write down what is done to them."""

    def __init__(self, engines: dict[str, Any], answers: tuple = ()):
        self._engines = engines
        self._undo = ExitStack()
        self.clock = Clock(
            [answer for answer in answers if callable(answer)], [redis.retry], time.time(), self._moved
        )
        """The learner's: it moves when they sleep and when a wait runs out, and by `wait`."""
        self._sleeps_until = math.inf
        self._pace, self._begun = 0.0, 0.0
        self._cache = self._memcached = self._cluster = None
        self.log = Log()
        self.db = Database(self.log)

    @property
    def cache(self) -> Cache:
        if self._cache is None:
            self._cache = Cache(self._engines["valkey"], self.log)
            self._undo.callback(self._cache.hang_up)
        return self._cache

    @property
    def memcached(self) -> Memcached:
        """A pymemcache client of the checks' own Memcached, which must be a real one."""
        if self._memcached is None:
            self._memcached = Memcached(self._engines["memcached"], self.log)
            self._undo.callback(self._memcached.close)
            self._undo.callback(self._memcached.desk.close)
        return self._memcached

    @property
    def cluster(self) -> Cluster:
        """Clients of the checks' own Valkey cluster of three shards, which is empty at first."""
        if self._cluster is None:
            self._cluster = Cluster(self._engines["cluster"], self.log)
            self._undo.callback(self._cluster.close)
        return self._cluster

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the checks' own Valkey."""
        return self._engines["valkey"][1]["host"], self._engines["valkey"][1]["port"]

    @property
    def aws(self) -> Sandbox:
        """The account in a box of this check."""
        return self._engines["aws"]

    def elasticache(self):
        """A boto3 client of that account, for the learner; every call of it is in the log."""
        return self.aws.client(self.log)

    def paper(self, group: str, start: datetime | None = None):
        """A CloudWatch on paper (cloud/metrics/paper.py); every call of its client is in the log."""
        paper = self._engines["paper"](group, start)
        paper.client.meta.events.register_first("provide-client-params.cloudwatch", self._noted)
        return paper

    def _noted(self, params: dict, model, **_) -> None:
        self.log.request(snake(model.name), params)({})

    def _responds(self) -> bool:
        """Whether the cache that is in use answers somebody new, at once."""
        return self._memcached.responds() if self._memcached is not None else responds(self._cache)

    def wait(self, seconds: float) -> None:
        """Let time pass, in the cache and on the learner's clock, without waiting."""
        self.clock.elapsed += seconds
        self.cache.age(seconds)

    def pace(self, seconds: float) -> None:
        """What AWS makes, changes or deletes from now on is done so many seconds later, on the learner's
        clock; 0: at once, which our own requests then wait for."""
        self._pace, self._begun = seconds, self.clock.elapsed
        self.aws.strings.provisioning_time(A_WHILE if seconds else 0)

    def _moved(self) -> None:
        """The learner's clock has moved."""
        self.log.go_on()
        if self._pace and self.clock.elapsed >= self._begun + self._pace:
            self._begun = self.clock.elapsed
            with self.log.ours():
                self.aws.strings.provisioning_time(0)
                self.aws.settled()
                self.aws.strings.provisioning_time(A_WHILE)
        if self.clock.elapsed > self._sleeps_until:
            strike()

    def _changed(self) -> None:
        self._begun = self.clock.elapsed

    def call(
        self,
        function,
        *args,
        patience: float | None = None,
        sleeps: float | None = None,
        text: str = "",
        **named,
    ) -> Trial:
        """Call the learner's function. Whatever it does becomes a `Trial`; only NotImplementedError settles
        at once.

        patience: seconds it may use, and sleep unless `sleeps` says how long. `text` is what the verdict says
        was called, if it is not this function by its name."""
        name = name_of(function)
        patience = patience or PATIENCE
        where = "".join(f" {condition}" for condition in self.log.conditions)
        call = Trial(f"`{text or f'{name}({_arguments(args, named)})'}`{where}", patience=patience)
        start, first = self.clock.elapsed, len(self.log.steps)
        self.log.first = first
        note(call.text)
        try:
            with limit(patience), watched() as call.unsafe:
                self._sleeps_until = start + (sleeps or patience)
                call.value = function(*args, **named)
        except Overtime:
            pass
        except NotImplementedError as error:
            call.error = error
            if lines.raised(error):  # a library's own says nothing about the answer
                raise not_attempted(f"`{name}` still raises NotImplementedError, at {call.where}.") from None
        except BaseException as error:  # noqa: B036  also SystemExit and KeyboardInterrupt: a verdict never raises
            call.error = error
        finally:
            self._sleeps_until = math.inf
        call.seconds, call.overtime = self.clock.elapsed - start, overtime_line()
        if call.seconds > patience:
            call.patience = sleeps or patience
        elif call.overtime is not None:  # it used its time, and did not sleep
            call.seconds = patience
        call.steps = self.log.steps[first:]
        return call

    def __enter__(self):
        at_end(self._undo.close)
        self._undo.callback(setattr, self.log, "over", True)
        self._undo.enter_context(self.clock)
        self.log.on_request = lambda: self.clock.move(LOOK)
        self.log.on_wait = lambda: self.clock.move(self._pace)  # the box answers it when there is news
        self.log.changed = self._changed
        engines_owe(lambda: self.log.owed(self._responds))
        if "aws" in self._engines:
            self._undo.enter_context(impatient_waiters())
            self._undo.callback(self.aws.close)
        return self

    def __exit__(self, *exc):
        put_back(self._undo)


def differ(value, expected, path: str = "") -> tuple[str, str] | None:
    """(what is there, what should be) at the first place where a value is not the expected one; None if it
    is equal.

    Types count: a Decimal that comes back as a float is another value, and so is a tuple for a list."""
    it = f"its {path}" if path else "it"
    try:
        if type(value) is not type(expected) and not (type(expected) is tuple and isinstance(value, tuple)):
            return f"{it} was {show(value)}{_type(value)}", f"{show(expected)}{_type(expected)}"
        if isinstance(expected, dict) and set(value) != set(expected):
            odd = ", ".join(sorted(map(show, set(value) ^ set(expected))))
            return (
                f"{it} had the keys {show(list(value))}",
                f"the keys {show(list(expected))} (they differ in {odd})",
            )
        if isinstance(expected, list) and len(value) != len(expected):
            return f"{it} had {counted(value, 'item')}", counted(expected, "item")
        if isinstance(expected, dict | list):
            keys = expected if isinstance(expected, dict) else range(len(expected))
            inside = (differ(value[key], expected[key], f"{path}[{key!r}]") for key in keys)
            return next(filter(None, inside), None)
        return None if value == expected else (f"{it} was {show(value)}", show(expected))
    except Exception as error:
        return f"comparing it failed with {describe(error)}", show(expected)


def _type(value) -> str:
    name = type(value).__name__
    return "" if value is None else f", {'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _advice(error) -> str:
    text = message(error)
    if isinstance(error, RecursionError):
        return "What ends the calls to itself?"
    if isinstance(error, TypeError) and "JSON serializable" in text:
        return "JSON knows text, numbers, true, false and null. What will you turn the rest into, and back?"
    if isinstance(error, TypeError) and "positional argument" in text:
        return "The check calls the function with the arguments shown above, in that order."
    return ""


def _statuses(answer) -> list[str]:
    """Every status that AWS names in an answer, outermost first."""
    found = []
    for key, value in answer.items():
        if key.endswith("Status") and isinstance(value, str):
            found.append(value)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and key not in ("NodeGroups", "ResponseMetadata"):
                found += _statuses(item)
    return found


def _argument(part) -> str:
    text = part.decode(errors="backslashreplace") if isinstance(part, bytes) else str(part)
    return text if len(text) <= 44 else text[:40] + " …"


def _arguments(args, named) -> str:
    return ", ".join(
        [show(arg, 200 if isinstance(arg, dict) else 60) for arg in args]
        + [f"{key}={show(value, 60)}" for key, value in named.items()]
    )
