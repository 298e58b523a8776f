"""04.1: a hit is one round trip and no query."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.cache_aside import (
    LIFE,
    answered_from_cache,
    ask,
    leaves_others_alone,
    one_query,
    one_trip_only,
    stored,
    strangers_stay_apart,
)
from cachelab.learner.words import counted


@define(
    "04.1",
    "One trip on a hit",
    minutes=6,
    needs=("valkey",),
    hints=(
        "Three steps, in this order: ask the cache; on a miss ask the database; store what it said. "
        "Then print `db.get_user(42)`: which of its values does JSON not know?",
        "`cache.get(key)` returns None on a miss and bytes on a hit. `cache.set(key, text, ex=300)` "
        "stores the value and its TTL in one command. A datetime has `isoformat()`; "
        "`datetime.fromisoformat(text)` reads that again.",
    ),
)
def one_trip(lab: Lab, get_user):
    row = lab.db.new_user()
    miss = ask(lab, get_user, row)
    one_query(miss)
    leaves_others_alone(miss)
    if len(miss.trips) > 2:
        raise miss.wrong(
            f"a miss made {counted(miss.trips, 'round trip')} to the cache",
            "two: the look-up, and one command that stores the value together with its TTL",
            "If the program dies between storing and setting the TTL, how long does that entry live?"
            if miss.commands & {"EXPIRE", "PEXPIRE", "EXPIREAT"}
            else "",
        )
    stored(lab, miss, LIFE)
    hit = answered_from_cache(lab, get_user, row)
    one_trip_only(hit)
    strangers_stay_apart(lab, get_user)
    hits_do_not_prolong(lab, get_user)
    nothing_of_its_own(lab, get_user)
    requests_at_once(lab, get_user)
    return (
        "A hit is one round trip and no query, and gives the same values as the database, down to the "
        f"types. Every entry carries its TTL from the start, {LIFE} s, and hits do not prolong it."
    )


def hits_do_not_prolong(lab: Lab, get_user) -> None:
    """An entry ends with its TTL, however often it was read, and the next call sees what changed."""
    row = lab.db.new_user()
    lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    for _ in range(3):
        lab.wait(LIFE * 0.4)
        call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if call.value == row:
        raise call.wrong(
            f"{LIFE * 1.2:.0f} s after it was stored, and read on the way, the old row still came back",
            f"the new row: an entry ends {LIFE} s after it was stored",
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
            "Does it keep answers somewhere else, in a dict or a default argument? Nobody can "
            "invalidate those.",
        )
    call.returned(changed)


def requests_at_once(lab: Lab, get_user) -> None:
    """Four threads ask for four users, and each gets its own."""
    rows = [lab.db.new_user() for _ in range(4)]
    calls = lab.at_once(get_user, *((row["user_id"], lab.cache, lab.db) for row in rows))
    for call, row in zip(calls, rows, strict=True):
        call.returned(row, "What do two requests share that they should not: a global, a default argument?")
