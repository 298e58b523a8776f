"""Lesson 04, cache-aside: from one round trip on a hit to pages that are forgotten with one delete."""

from .cache import is_pickle
from .exercise import define
from .lab import Call, Lab, counted
from .verdict import Table, show

LONGEST = 300  # seconds an entry about a user may live


@define(
    "04.1",
    "One trip on a hit",
    minutes=6,
    needs=("valkey",),
    hints=(
        "Three steps, in this order: ask the cache; on a miss ask the database; on a miss store what it said. "
        "Print `db.get_user(42)`: which of its values does JSON not know?",
        "`cache.get(key)` returns None on a miss and bytes on a hit. `cache.set(key, text, ex=300)` stores the value "
        "and its TTL in one command. A datetime has `isoformat()`, and `datetime.fromisoformat()` reads that again.",
    ),
)
def one_trip(lab: Lab, get_user):
    row = lab.db.new_user()
    first = ask(lab, get_user, row)
    loads_once(first)
    if len(first.trips) > 2:
        raise first.wrong(
            f"a miss made {counted(first.trips, 'round trip')} to the cache",
            "two: one look-up, one command that stores the value together with its TTL",
            "If the program dies between storing and setting the TTL, how long does that entry live?",
        )
    stored(lab, first)
    second = hit(lab, get_user, row)
    if len(second.trips) != 1:
        raise second.wrong(f"a hit made {counted(second.trips, 'round trip')} to the cache", "one")
    strangers_stay_apart(lab, get_user)
    ages(lab, get_user)
    nothing_of_its_own(lab, get_user)
    return (
        "A hit is one round trip and no query, and gives the same values as the database. "
        f"Every entry carries its TTL from the start, at most {LONGEST} s, and hits do not prolong it."
    )


# --- what several exercises ask of get_user -------------------------------------------------------------------------


def ask(lab: Lab, get_user, row: dict, think: str = "") -> Call:
    """Call get_user for this row's user; it must return the row."""
    return lab.call(get_user, row["user_id"], lab.cache, lab.db).returned(row, think)


def loads_once(call: Call) -> None:
    if len(call.loads) != 1:
        raise call.wrong(
            f"it asked the database {times(call.loads)}", "one query: nothing about this user is in the cache yet"
        )


def stored(lab: Lab, call: Call, longest: float = LONGEST) -> None:
    """The call has left something in the cache, with a TTL, and not as a pickle."""
    inside = Table("What is in the cache", ("key", "value", "expires in"), tuple(lab.cache.contents()))
    if not lab.cache.names():
        raise call.wrong(
            "afterwards the cache was still empty" + ("" if call.trips else ": the function never used `cache`"),
            "the answer is stored for the next reader",
        )
    for key, left in lab.cache.ttls().items():
        if left is None:
            raise call.wrong(f"the key {key} never expires", "every key has a TTL", "What bounds how long a mistake lasts?", inside)
        if left > longest:
            raise call.wrong(f"the key {key} expires in {left:.0f} s", f"at most {longest} s", "", inside)
    if any(is_pickle(value) for values in lab.cache.values().values() for value in values):
        raise call.wrong(
            "it stored a pickle",
            "a format that is only data, such as JSON",
            "Whoever can write to the cache chooses what your program runs when it unpickles.",
            inside,
        )


def hit(lab: Lab, get_user, row: dict) -> Call:
    """Ask again: the same answer, without a query."""
    call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    inside = Table("What is in the cache", ("key", "value", "expires in"), tuple(lab.cache.contents()))
    if call.loads:
        raise call.wrong(
            f"the second call in a row asked the database {times(call.loads)}",
            "no query: the first call has stored the answer",
            "",
            inside,
        )
    if call.value != row or show(call.value) != show(row):
        call.returned(row, "A miss and a hit must look the same to the caller, down to the types.")
    return call


def strangers_stay_apart(lab: Lab, get_user) -> None:
    """Two users whose ids look alike in a key do not share an entry."""
    number = lab.db.new_id()
    for row in (lab.db.new_user(number), lab.db.new_user(number * 10 + 1)):
        ask(lab, get_user, row, "Another user was asked for just before. Do the two share a key?")


def ages(lab: Lab, get_user) -> None:
    """An entry ends when its TTL has run out, however often it was read, and the next call sees what changed."""
    row = lab.db.new_user()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    for _ in range(3):
        lab.wait(LONGEST * 0.4)
        call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if call.value == row:
        raise call.wrong(
            f"{LONGEST * 1.2:.0f} s after it was stored, and read on the way, the old row still came back",
            f"the new row: an entry ends {LONGEST} s after it was stored at the latest",
            "Does a hit make the entry live longer? Then a popular row stays stale for ever.",
        )
    call.returned(changed)


def nothing_of_its_own(lab: Lab, get_user) -> None:
    """With the cache emptied and the row changed, an answer can only come from the database."""
    row = lab.db.new_user()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    lab.cache.empty()
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if not call.loads:
        raise call.wrong(
            "the cache had been emptied, and yet the function answered without a query",
            "one query",
            "Does the function keep answers somewhere else, in a dict or a default argument? Nobody can invalidate those.",
        )
    call.returned(changed)


def times(steps) -> str:
    number = len(steps)
    return {0: "not at all", 1: "once", 2: "twice"}.get(number, f"{number} times")
