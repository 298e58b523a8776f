"""Where a check meets an answer: it calls the learner's function, and sees each command and query of it."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cachelab.learner import lines
from cachelab.learner.words import message, show

from ..attempt import Overtime, describe, limit, note, overtime_line
from ..verdict import Settled, Table, broken, incorrect, not_attempted
from .cache import Cache
from .database import Database, refuse
from .memcached import Memcached
from .sandbox import Sandbox, impatient_waiters, open_sandbox

PATIENCE = 3.0  # seconds one call of the learner's function may take


class Unavailable(Exception):
    """An engine that a check needs could not be started; not the learner's fault."""


_engines: dict[str, Any] = {}  # the checks' own, kept for the kernel: a check never touches the learner's


@contextmanager
def prepared(needs: tuple[str, ...]):
    """What a check needs, started unless it runs already: {"valkey": (connection class, settings),
    "memcached": (host, port), "aws": a Sandbox, which is new for each check and ends with it}.

    "real valkey" will not do with a stand-in. Raises Unavailable."""
    with ExitStack() as closing:
        found = _engines_for(tuple(need for need in needs if need != "aws"))
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
        if pool is not None:
            found[name] = (pool.connection_class, dict(pool.connection_kwargs))
        else:
            found[name] = (_engines[name].host, _engines[name].port)
    return found


@dataclass
class Step:
    """One thing a call did: a round trip to the cache, or a query."""

    kind: str  # "cache", "database" or "aws"
    text: str
    reply: Any = None
    error: str = ""
    commands: tuple = ()
    thread: int = field(default_factory=threading.get_ident)

    def row(self):
        return (self.kind, self.text, self.error or show(self.reply, 60))


class Log:
    """Every step of every call, in order, and what is wrong with the world meanwhile."""

    def __init__(self):
        self.steps: list[Step] = []
        self.conditions: list[str] = []
        self.on_trip: Callable[[], None] | None = None  # called before each round trip
        self.fault: Callable[[tuple], None] | None = None  # raises instead of a round trip
        self.meeting: threading.Barrier | None = (
            None  # where the steps of several threads wait for each other
        )

    @property
    def loads(self) -> list[Step]:
        return [step for step in self.steps if step.kind == "database"]

    @contextmanager
    def trip(self, commands):
        text = " · ".join(" ".join(_argument(part) for part in command) for command in commands)
        names = tuple(str(command[0]).upper() for command in commands)
        if self.on_trip:
            self.on_trip()
        before = self.fault and partial(self.fault, names)
        yield from self._step(Step("cache", text[:110], commands=names), before)

    @contextmanager
    def query(self, name, args, named, db):
        yield from self._step(
            Step("database", f"{name}({_arguments(args, named)})"), before=refuse if db.down else None
        )

    def request(self, operation: str, parameters: dict) -> Callable[[dict], None]:
        """Note a request to AWS; call what this returns with the answer."""
        step = Step("aws", f"{operation}({_arguments((), parameters)})"[:110])
        self.steps.append(step)

        def answered(parsed: dict) -> None:
            if "Error" in parsed:
                step.error = f"{parsed['Error']['Code']}: {parsed['Error']['Message']}"[:80]
            else:
                statuses = _statuses(parsed)
                step.reply = statuses[0] if len(statuses) == 1 else statuses or "done"

        return answered

    def _step(self, step, before=None):
        self.steps.append(step)
        if self.meeting:
            try:
                self.meeting.wait()
            except threading.BrokenBarrierError:  # not all of them take this step: from here on, go freely
                pass
        try:
            if before:
                before()
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
class Call:
    """One call of the learner's function: what it was, what it did, how it ended."""

    text: str
    value: Any = None
    error: BaseException | None = None
    overtime: str | None = None  # the line it was at when its time ran out
    patience: float = PATIENCE
    seconds: float = 0.0
    steps: list[Step] = field(default_factory=list)

    @property
    def loads(self) -> list[Step]:
        """The queries it made."""
        return [step for step in self.steps if step.kind == "database"]

    @property
    def trips(self) -> list[Step]:
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

    def finished(self) -> "Call":
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

    def returned(self, expected, think: str = "") -> "Call":
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

    def __init__(self, engines: dict[str, Any]):
        self._engines = engines
        self._cache = self._memcached = None
        self.log = Log()
        self.db = Database(self.log)
        self._clock, self._later = time.time, 0.0

    @property
    def cache(self) -> Cache:
        if self._cache is None:
            self._cache = Cache(self._engines["valkey"], self.log)
        return self._cache

    @property
    def memcached(self) -> Memcached:
        """A pymemcache client of the checks' own Memcached, which must be a real one."""
        if self._memcached is None:
            self._memcached = Memcached(self._engines["memcached"], self.log)
        return self._memcached

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
        return self.aws.client(self.log.request)

    def wait(self, seconds: float) -> None:
        """Let time pass, in the cache and for time.time(), without waiting."""
        self._later += seconds
        self.cache.age(seconds)

    def call(self, function, *args, patience: float | None = None, text: str = "", **named) -> Call:
        """Call the learner's function. Whatever it does becomes a `Call`; only NotImplementedError settles
        at once.

        `text` is what the verdict says was called, if it is not this function by its name."""
        name = name_of(function)
        where = "".join(f" {condition}" for condition in self.log.conditions)
        call = Call(f"`{text or f'{name}({_arguments(args, named)})'}`{where}", patience=patience or PATIENCE)
        start, first = time.monotonic(), len(self.log.steps)
        note(call.text)
        try:
            with limit(call.patience):
                call.value = function(*args, **named)
        except Overtime:
            pass
        except NotImplementedError as error:
            call.error = error
            if call.where:
                raise not_attempted(f"`{name}` still raises NotImplementedError, at {call.where}.") from None
        except BaseException as error:  # noqa: B036  also SystemExit and KeyboardInterrupt: a verdict never raises
            call.error = error
        call.seconds, call.overtime = time.monotonic() - start, overtime_line()
        call.steps = self.log.steps[first:]
        return call

    def at_once(self, function, *requests: tuple) -> list[Call]:
        """Call the function with each of these arguments, from a thread each, as a web server does.

        The first query of each waits until all have asked, so that the calls really overlap."""
        during = " at the same time as other requests"
        name = name_of(function)
        calls = [Call(f"`{name}({_arguments(args, {})})`{during}", overtime="") for args in requests]
        note(calls[0].text)

        def run(call, args):
            first = threading.get_ident()
            try:
                call.value = function(*args)
            except BaseException as error:  # noqa: B036  in a thread it would be printed, and lost
                call.error = error
            call.steps = [step for step in self.log.steps if step.thread == first]
            call.overtime = None

        threads = [
            threading.Thread(target=run, args=pair, daemon=True) for pair in zip(calls, requests, strict=True)
        ]
        self.log.meeting = threading.Barrier(len(threads), timeout=0.5)
        try:
            with limit(PATIENCE):
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        except Overtime:
            pass
        self.log.meeting = None
        return calls

    def __enter__(self):
        time.time = lambda: self._clock() + self._later
        self._undo = ExitStack()
        if "aws" in self._engines:
            self._undo.enter_context(impatient_waiters())
        return self

    def __exit__(self, *exc):
        time.time = self._clock
        self._undo.close()


def differ(value, expected, path: str = "") -> tuple[str, str] | None:
    """(what is there, what should be) at the first place where a value is not the expected one; None if it
    is equal.

    Types count: a Decimal that comes back as a float is another value, and so is a tuple for a list."""
    it = f"its {path}" if path else "it"
    try:
        if type(value) is not type(expected):
            return f"{it} was {show(value)}{_type(value)}", f"{show(expected)}{_type(expected)}"
        if isinstance(expected, dict) and set(value) != set(expected):
            odd = ", ".join(sorted(map(show, set(value) ^ set(expected))))
            return (
                f"{it} had the keys {show(list(value))}",
                f"the keys {show(list(expected))} (they differ in {odd})",
            )
        if isinstance(expected, list) and len(value) != len(expected):
            return f"{it} had {len(value)} items", f"{len(expected)} items"
        if isinstance(expected, dict | list):
            keys = expected if isinstance(expected, dict) else range(len(expected))
            inside = (differ(value[key], expected[key], f"{path}[{key!r}]") for key in keys)
            return next(filter(None, inside), None)
        return None if value == expected else (f"{it} was {show(value)}", show(expected))
    except Exception as error:
        return f"comparing it failed with {describe(error)}", show(expected)


def _type(value) -> str:
    name = type(value).__name__
    return "" if value is None else f", {'an' if name[0] in 'aeiou' else 'a'} {name}"


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
        [show(arg, 60) for arg in args] + [f"{key}={show(value, 60)}" for key, value in named.items()]
    )
