"""Cache-aside: what a miss and a hit may cost, and what is left in the cache."""

from cachelab.checks.rig.cache import is_pickle
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.rig.unsafe import DONE
from cachelab.checks.verdict import Table
from cachelab.learner.words import counted

LIFE = 300  # seconds an entry about a user lives; down to 240 is fine, which leaves room for jitter


def ask(lab: Lab, get_user, row: dict, think: str = "") -> Trial:
    """Call get_user for this row's user; it must return the row."""
    return lab.call(get_user, row["user_id"], lab.cache, lab.db).returned(row, think)


def one_query(call: Trial) -> None:
    if len(call.loads) != 1:
        raise call.wrong(
            f"it made {counted(call.loads, 'query')}", "one query: the cache does not know the answer yet"
        )


def one_trip_only(hit: Trial) -> None:
    if len(hit.trips) != 1:
        unasked = "Where does it keep the answer, if not in the cache? Nobody can invalidate it there."
        raise hit.wrong(
            f"a hit made {counted(hit.trips, 'round trip')} to the cache",
            "one round trip",
            "" if hit.trips else unasked,
        )


def data_only(hit: Trial) -> Trial:
    """What came out of the cache was read as data, not run."""
    if hit.unsafe:
        raise hit.wrong(
            f"what lay in the cache was {DONE[min(hit.unsafe)]} ({' and '.join(sorted(hit.unsafe))})",
            "a format that holds data only, such as JSON",
            "Whoever can write to the cache chooses what your program runs then.",
        )
    return hit


def leaves_others_alone(call: Trial) -> None:
    """No command that touches every key there is."""
    if sweeping := call.commands & {"KEYS", "SCAN", "FLUSHDB", "FLUSHALL"}:
        raise call.wrong(
            f"it used {' and '.join(sorted(sweeping))}",
            "commands that name the key they are about",
            "KEYS and SCAN look at every key on the server, FLUSH… removes every key: what else is in "
            "that cache?",
        )


def contents(lab: Lab) -> Table:
    return Table("What is in the cache", ("key", "value", "expires in"), tuple(lab.cache.contents()))


def stored(lab: Lab, call: Trial, life: float, what: str = "the answer", floor: float = 0.8) -> None:
    """The call has left something in the cache: with a TTL, and as data."""
    inside = contents(lab)
    if not lab.cache.names():
        unused = "" if call.trips else ": the function never used `cache`"
        raise call.wrong(f"afterwards the cache was empty{unused}", f"{what} is stored for the next reader")
    for key, left in lab.cache.ttls().items():
        if left is None:
            think = "If nobody ever deletes it, how long does a mistake last?"
            raise call.wrong(f"the key {key} never expires", f"it expires after {life} s", think, inside)
        if not life * floor - 1 <= left <= life:
            limit = f"it expires after {life} s" if floor else f"it expires after {life} s at most"
            raise call.wrong(f"the key {key} expires in {left:.1f} s", limit, "", inside)
    for value in (value for values in lab.cache.values().values() for value in values):
        if is_pickle(value):
            think = "Whoever can write to the cache chooses what your program runs when it unpickles."
            raise call.wrong(
                "it stored a pickle", "a format that holds data only, such as JSON", think, inside
            )
        if b"Decimal(" in value or b"datetime." in value:
            think = "Whoever can write to the cache chooses what your program runs when it evaluates that."
            raise call.wrong(
                "it stored Python source", "a format that holds data only, such as JSON", think, inside
            )


def answered_from_cache(lab: Lab, get_user, row: dict, think: str = "") -> Trial:
    """Ask again: the same answer, without a query."""
    call = lab.call(get_user, row["user_id"], lab.cache, lab.db).finished()
    if call.loads:
        raise call.wrong(
            f"the second call in a row made {counted(call.loads, 'query')}",
            "no query: the call before has stored the answer",
            think,
            contents(lab),
        )
    return data_only(call).returned(
        row, "A miss and a hit must look the same to the caller, down to the types."
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
            "Does a hit make the entry live longer? Then a popular row stays stale forever.",
        )
    call.returned(changed)


def healthy(lab: Lab, get_user, think: str = "", floor: float = 0.8) -> None:
    """With nothing wrong: store, then hit. The TTL is LIFE; `floor`: the least share of it."""
    row = lab.db.new_user()
    miss = ask(lab, get_user, row, think)
    one_query(miss)
    stored(lab, miss, LIFE, floor=floor)
    answered_from_cache(lab, get_user, row, think)
