"""A crowd for one key in virtual time: durations count, and each run is the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cachelab import races, virtual
from cachelab.checks.attempt import at_end, describe, note
from cachelab.checks.verdict import Table, broken, incorrect, not_attempted
from cachelab.exercises.asserts.races import alone, complain, listed, refusals_settled
from cachelab.learner import lines
from cachelab.learner.words import counted, show

PAGE = "page loaded at "  # how each page begins


@contextmanager
def virtual_time(
    called: str, *functions: Callable, seed: int = 1, steps: int = 60_000
) -> Iterator[virtual.Clock]:
    """`virtual.time`, in which the learner's `functions` sleep, too; what cannot go on is a broken answer."""
    note(called)
    at_end(virtual.leave)
    try:
        with virtual.time(seed=seed, steps=steps, budget=2.0, modules=functions) as clock:
            yield clock
    except virtual.VirtualTimeError as error:
        raise broken(called, str(error)) from None


def made(called: str, make: Callable, *given: Any) -> Any:
    """What the learner's maker returns; settles as broken if it raises, were it for the way it was called."""
    try:
        return make(*given)
    except virtual.VirtualTimeError:
        raise
    except NotImplementedError:
        raise not_attempted("There is something left to write: `raise NotImplementedError`.") from None
    except Exception as error:
        raise broken(called, describe(error), str(lines.of_error(error) or "")) from None


class World:
    """A cache, a database whose loads take `load_time` seconds each, and customers of one function.

    Each page says when it was loaded: "page loaded at 1.250 s".
    """

    def __init__(self, clock: virtual.Clock, load_time: float = 0.1, servers: int = 1000):
        self.clock = clock
        self.cache = clock.cache(latency=0.001)
        self.client = self.cache.client(decode_responses=True, max_connections=500)
        self.database = clock.database(servers=servers, service=load_time)
        self.ended: list[float] = []  # when each load had its page
        self.after_load: Callable[[], Any] | None = None  # somebody acts before a load returns
        self.failed: tuple[str, str] | None = None  # the first error that came out of a call: what, where

    def read(self, item: Any = 7) -> str:
        """What the learner's `db.read()` does."""
        self.database.read(item)
        self.ended.append(self.clock.now)
        if self.after_load:
            self.after_load()
        return f"{PAGE}{self.clock.now:.3f} s"

    def ask(self, function: Callable, *given: Any) -> Callable[..., Any]:
        """The function as customers call it: its first error is kept."""

        def ask(*arguments):
            try:
                return function(*arguments, self.client, self, *given)
            except Exception as error:
                self.failed = self.failed or (describe(error), str(lines.of_error(error) or ""))
                raise

        return ask

    def answered(self, load: virtual.Load, called: str) -> None:
        """Every request of the load was answered, and with a page."""
        if self.failed:
            raise incorrect(called, self.failed[0], "a page for everybody", "", line=self.failed[1])
        if load.unanswered:
            raise incorrect(
                called, f"{load.unanswered} of {load.sent} never had an answer", "a page for everybody"
            )
        for request in load.requests:
            if not isinstance(request.answer, str) or not request.answer.startswith(PAGE):
                raise incorrect(
                    called, f"somebody got {show(request.answer)}", "the page, as db.read() gave it"
                )

    def soon(self, ask: Callable, called: str, seconds: float, think: str, clients: int = 1) -> None:
        """So many customers at once have their pages within so many seconds."""
        begun, answers = self.clock.now, []
        for _ in range(clients):
            self.clock.after(0.0, lambda: answers.append((ask(), self.clock.now)))
        self.clock.sleep(seconds)
        if len(answers) == clients or self.failed:
            request = virtual.Request(begun, begun, begun, "ok", None)
            load = virtual.Load("customers", begun)
            load.sent = len(answers)
            load.requests = [request._replace(ended=at, answer=answer) for answer, at in answers]
            self.answered(load, called)
            return
        waiting = f"{clients - len(answers)} of {clients} still {'waits' if clients == 1 else 'wait'}"
        raise incorrect(
            called,
            f"{seconds:g} s later {waiting}",
            f"a page within {seconds:g} s",
            think,
        )

    @property
    def loads(self) -> list[float]:
        """When each load began."""
        return self.database.began

    def keys(self) -> list[str]:
        return sorted(key.decode() for key in self.cache.ask("KEYS", "*"))

    def pages(self) -> list[str]:
        """The keys that hold a page, in whatever form; the others are locks."""
        return [key for key in self.keys() if self.cache.ask("TYPE", key) != b"string" or self._is_page(key)]

    def locks(self) -> list[str]:
        return [key for key in self.keys() if key not in self.pages()]

    def _is_page(self, key: str) -> bool:
        return PAGE.encode() in self.cache.ask("GET", key)

    def what_was_loaded(self) -> Table:
        rows = tuple((f"{at:.2f} s",) for at in self.loads[:12])
        more = f", the first 12 of {len(self.loads)}" if len(self.loads) > 12 else ""
        return Table(f"When the loads began{more}", ("moment",), rows)


def answers_from_the_cache(reader, memcached: bool = False) -> None:
    """Alone: a miss loads once and fills, a hit asks no database."""
    name = races.faults.name_of(reader)
    for warm in (False, True):
        call = f"`{name}(cache, db)`, alone, with {'the page in the cache' if warm else 'an empty cache'}"
        note(call)
        steps = alone(reader, memcached, warm)
        queries = [step for step in steps if step.to in ("database", "replica")]
        expected = 0 if warm else 1
        if len(queries) != expected:
            happened = f"it asked the database {counted(queries, 'time')}"
            raise incorrect(
                call,
                happened if queries else "it did not ask the database",
                "a hit asks no database" if warm else "one load",
                "Did the first call store the page, where the second one looks?" if warm else "",
                listed("What it did", steps),
            )
        if steps[-1].returned != "v0":
            raise incorrect(call, steps[-1].ending, "it returns what db.read() gave, or what the cache has")


def one_load_in_every_order(reader, memcached: bool = False) -> None:
    """However the calls of two or three readers are ordered, one of them loads; nobody waits for the dead.

    To give up, with a TimeoutError, is no fault here: a thousand looks in vain are an order like any other,
    and how long they took only virtual time can tell.
    """
    name = races.faults.name_of(reader)
    patient = _patient(reader)
    for crowd, fault in ((2, None), (3, None), (2, "crash")):
        called = f"`races.explore([{', '.join([name] * crowd)}]{f', fault={fault!r}' if fault else ''})`"
        options = {"fault": fault, "memcached": memcached, "seconds": None}
        report = refusals_settled(called, races.explore, [patient] * crowd, **options)
        complain(called, report)
        if stuck := next((kind for kind in ("K", "X") if kind in report.violations), None):
            raise incorrect(
                called,
                report.explain(stuck),
                "whatever happens to one reader, the others go on",
                "Who ends the lock of somebody who is gone? In one command, or could it die in between?",
                listed("An order that goes wrong", report.violations[stuck]),
            )
        if not report.complete:
            raise broken(called, "there were more orders than the explorer tries")
        if fault is None and report.most_loads > 1:
            loads = report.most_loads
            words = "without end" if loads == float("inf") else f"{loads} times"
            raise incorrect(
                called,
                f"there is an order in which the database is read {words}",
                "once in every order: all of them want the same page",
                "A reader looked, found nothing, and got the lock a little later. What may have happened "
                "between its look and its lock? And is the page there before the lock is gone?",
            )


def _patient(reader: Callable) -> Callable:
    """The reader, except that its TimeoutError is no error."""

    @functools.wraps(reader)
    def read(cache, db):
        try:
            return reader(cache, db)
        except TimeoutError:
            return None

    return read
