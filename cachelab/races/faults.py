"""What may go wrong, by name, and the clients that the explorer itself provides."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cachelab.races.calls import Call
from cachelab.races.clients import session

FAULTS = {
    "evict": "the cache drops a key to make room, at any moment",
    "expire": "a key with a TTL vanishes, at any moment",
    "crash": "a client dies between two calls",
    "failover": "the cache's primary dies, and a replica that lacks its last acknowledged writes takes over",
    "lost_call": "a call to the cache, or its answer, is lost with all retries; the client gets an error",
    "replica_lag": "db.replica lags behind the primary by any number of commits",
    "old_snapshot": "a client's database snapshot is opened before its first call (REPEATABLE READ)",
}
#: faults that happen at some moment and use up the budget; the others are how the database is set up
BUDGETED = ("evict", "expire", "crash", "lost_call", "failover")


def parse(fault: str | Iterable[str] | None) -> frozenset[str]:
    """The `fault` argument of explore() as a set. Raises ValueError for an unknown name."""
    if fault is None:
        return frozenset()
    names = frozenset([fault] if isinstance(fault, str) else fault)
    unknown = sorted(str(name) for name in names if name not in FAULTS)
    if unknown:
        raise ValueError(
            f"fault {', '.join(unknown)!r} is unknown; choose None, one or a set of: {', '.join(FAULTS)}"
        )
    return names


@dataclass(frozen=True)
class Cdc:
    """A client that handles the database's commits, one after the other; see cdc()."""

    handler: Callable
    source: str


def cdc(handler: Callable, source: str = "primary") -> Cdc:
    """Change data capture: a client that calls `handler(cache, version)` for each commit, in order, at least
    once.

    source: "primary" sees a commit at once, "replica" only after the replica has it. It cannot crash for
    good: a crash or an exception in the handler makes it start over with the same commit, and a crash just
    after a commit was handled delivers that commit again.
    """
    if source not in ("primary", "replica"):
        raise ValueError(f"cdc source {source!r} is unknown; choose 'primary' or 'replica'")
    check_signature(handler, ("cache", "version"))
    return Cdc(handler, source)


def check_signature(function: Callable, names: tuple[str, ...]) -> None:
    """Raises TypeError unless `function` can be called with these positional arguments."""
    call = f"{name_of(function)}({', '.join(names)})"
    if not callable(function):
        raise TypeError(f"{function!r} is not a function; the explorer calls it as f({', '.join(names)})")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(
            f"{name_of(function)} is not a plain function; the explorer runs def … return, no await or yield"
        )
    try:
        inspect.signature(function).bind(*names)
    except TypeError as problem:
        raise TypeError(f"the explorer calls {call}, but its definition says otherwise: {problem}") from None
    except ValueError:
        pass  # a callable without a readable signature


def name_of(function) -> str:
    return getattr(function, "__name__", None) or type(function).__name__


def outlast_readers() -> None:
    """Wait, inside a client, longer than any read that is under way.

    An assumption, not a mechanism: no sleep guarantees it. The explorer lets the wait end only when no reader
    that was running when it began is still running. For clients that write; a reader has nobody to outlast.
    """
    session.session_under_way("races.outlast_readers()").call(Call("outlast"))
