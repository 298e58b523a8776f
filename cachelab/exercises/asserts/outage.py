"""What an answer does while the cache, or the database, is away or holds garbage."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from cachelab.checks.attempt import replaced
from cachelab.checks.rig.database import OperationalError
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.exercises.asserts.cache_aside import answered_from_cache, ask

GARBAGE = (
    b"", b"{", b"\x80garbage", b"[]", b"17", b"null", b"true", b'"a string"', b"{}",
    b'{"name": "of another version"}',
    b'{"name": "of another version", "created_at": "2019-01-01T00:00:00+00:00"}',
    b'{"email": "of@another.version", "created_at": "2019-01-01T00:00:00+00:00"}',
)  # fmt: skip


def survived(call: Trial, row: dict | None) -> None:
    """The call gave the row and not the cache's exception."""
    if call.error is not None and call.overtime is None:
        name = f"{type(call.error).__module__.partition('.')[0]}.{type(call.error).__name__}".removeprefix(
            "builtins."
        )
        think = "Which exceptions does your `except` name, and is this one of them?"
        if isinstance(call.error, RecursionError):
            think = "It tried again, and again. What ends that?"
        raise call.wrong(
            f"{name} came out of the function, from {call.where or 'somewhere below it'}",
            "the user's row, from the database: the caller need not know that there is a cache",
            think,
        )
    call.returned(row, "The database was there all the time.")


@contextmanager
def warnings() -> Iterator[list[str]]:
    """What is logged meanwhile, by any logger, at WARNING or above: the message and the traceback's error."""
    said: list[str] = []
    real = logging.Logger.callHandlers

    def heard(logger, record):
        if record.levelno < logging.WARNING:
            return real(logger, record)
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        given = record.args.values() if isinstance(record.args, dict) else record.args or ()
        kinds = (type(part).__name__ for part in (record.msg, *given) if isinstance(part, BaseException))
        said.append(" ".join((record.getMessage(), kind, *kinds)))

    with replaced(logging.Logger, "callHandlers", heard):
        yield said


def recorded(call: Trial, said: list[str], error: str) -> None:
    """The call has logged a warning that names this type of error."""
    if not any(error in line for line in said):
        happened = f"it logged {said[0]!r}" if said else "nothing was logged"
        raise call.wrong(
            f"the answer was right, and {happened}",
            f"a log record of level WARNING or above that names the error's type, here {error}",
            "Right answers and a hit ratio of 0%: who would ever find out that the cache is away?",
        )


def quiet(said: list[str]) -> None:
    if said:
        raise Trial("`get_user` with a healthy cache").wrong(
            f"it logged a warning: {said[0][:80]!r}",
            "warnings only where something failed",
            "Who still reads a log in which every miss is a warning?",
        )


def dies_between_get_and_set(lab: Lab, get_user) -> None:
    """The look-up still works; the server is gone before the store."""
    row = lab.db.new_user()
    with lab.cache.dying_after(1):
        survived(lab.call(get_user, row["user_id"], lab.cache, lab.db), row)


def spoiled(lab: Lab, get_user, how: str, spoil) -> None:
    """Something else is in the entry's place: the answer comes from the database and heals the cache."""
    row = lab.db.new_user()
    lab.cache.empty()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    spoil()
    with lab.log.during(how):
        survived(lab.call(get_user, row["user_id"], lab.cache, lab.db), row)
    lab.log.conditions.append(f"once more, after the call {how}")
    answered_from_cache(lab, get_user, row, "Does a request that finds garbage replace it?")
    lab.log.conditions.clear()


def somebody_elses(lab: Lab, get_user) -> None:
    """Another user's entry lies under this user's key."""
    mine, other = lab.db.new_user(), lab.db.new_user()
    lab.cache.empty()
    keys = []
    for row in (mine, other):
        before = set(lab.cache.names())
        lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
        keys.append(set(lab.cache.names()) - before)
    answered_from_cache(lab, get_user, mine, "Another user was asked for in between. Do the two share a key?")
    if lab.cache.swap(*keys):
        with lab.log.during("with another user's entry under this user's key"):
            survived(lab.call(get_user, mine["user_id"], lab.cache, lab.db), mine)


def show_bytes(value: bytes) -> str:
    return repr(value)[1:]


def database_errors_come_out(lab: Lab, get_user) -> None:
    """No answer is better than a wrong one: with the database down, a miss raises and stores nothing."""
    known, stranger = lab.db.new_user(), lab.db.new_user()
    lab.call(get_user, known["user_id"], lab.cache, lab.db).finished()
    lab.db.down = True
    with lab.log.during("while the database is down"):
        lab.call(get_user, known["user_id"], lab.cache, lab.db).returned(known)
        call = lab.call(get_user, stranger["user_id"], lab.cache, lab.db)
    if not isinstance(call.error, OperationalError):
        ending = (
            "it returned " + repr(call.value)
            if call.error is None
            else type(call.error).__name__ + " came out"
        )
        raise call.wrong(
            ending,
            "psycopg.OperationalError, the database's own exception, reaches the caller",
            "What does the caller do with an answer that means both `no such user` and `I could not look`?",
        )
    lab.db.down = False
    ask(lab, get_user, stranger, "The database is back. What did the failed call leave in the cache?")


def nobody_is_nobody(lab: Lab, get_user) -> None:
    """A user who does not exist is None, whatever the cache does, and is found right after signing up."""
    missing = lab.db.new_id()
    lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    with lab.cache.refusing():
        survived(lab.call(get_user, missing, lab.cache, lab.db), None)
    with lab.log.during("right after this user signed up"):
        ask(lab, get_user, lab.db.new_user(missing), "What did you store while there was nobody?")
