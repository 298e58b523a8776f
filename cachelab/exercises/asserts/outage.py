"""What an answer does while the cache, or the database, is away or holds garbage."""

import psycopg

from cachelab.checks.rig.lab import Call, Lab
from cachelab.exercises.asserts.cache_aside import answered_from_cache, ask

GARBAGE = (b"", b"{", b"\x80garbage", b"[]", b"17", b'"a string"', b"{}", b'{"name": "of another version"}')


def survived(call: Call, row: dict | None) -> None:
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
    if not isinstance(call.error, psycopg.OperationalError):
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
