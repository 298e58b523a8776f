"""04.4: that somebody does not exist is an answer, too, and many answers are one trip."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.exercises.asserts.cache_aside import (
    LIFE,
    contents,
    data_only,
    one_query,
    one_trip_only,
    stored,
)
from cachelab.learner.words import counted

ABSENT = 30  # seconds that "there is no such user" may live


@define(
    "04.4",
    "Nobody of that name",
    minutes=10,
    needs=("valkey",),
    hints=(
        "What does your cache hold for a user who does not exist, and how do you tell that from holding "
        "nothing? And which command looks up many keys?",
        "Store a marker, something no user can be, with a TTL of its own. `json.dumps(None)` is `null`: "
        "that is a marker, as long as you test for a miss (`raw is None`) before you decode.",
        "`cache.mget(keys)` returns a list, with `None` where there is no such key. What is missing goes "
        "into a `cache.pipeline()`, one `set` each with its own `ex=`, and `execute()` sends them together.",
    ),
)
def nobody(lab: Lab, get_users):
    somebody(lab, get_users)
    lab.cache.empty()
    missing, another = lab.db.new_id(), lab.db.new_id()
    first = ask(lab, get_users, {missing: None})
    one_query(first)
    stored(lab, first, ABSENT, "the answer that there is no such user", floor=0)
    ask(lab, get_users, {another: None})
    again = ask(lab, get_users, {missing: None})
    if again.loads:
        raise again.wrong(
            f"asked a second time for a user who does not exist, it made {counted(again.loads, 'query')}",
            f"no query: for up to {ABSENT} s the cache knows that there is no such user",
            "Someone who tries a million made-up ids: who has to answer?",
        )
    one_trip_only(again)
    signed_up(lab, get_users, missing)
    hits_do_not_prolong(lab, get_users)
    many(lab, get_users)
    return (
        f"A user who does not exist costs one query in {ABSENT} s instead of one per request, and "
        f"somebody who signs up is seen after {ABSENT} s at the latest. Real users still live {LIFE} s, and "
        "a list of users costs no more trips than one."
    )


def ask(lab: Lab, get_users, rows: dict[int, dict | None], think: str = "") -> Trial:
    """Call get_users for these ids; it must return their rows, in that order."""
    return lab.call(get_users, list(rows), lab.cache, lab.db).returned(list(rows.values()), think)


def somebody(lab: Lab, get_users) -> None:
    """A list of one: a miss stores the row, a hit returns the same, and users who look alike stay apart."""
    number = lab.db.new_id()
    rows = [lab.db.new_user(number), lab.db.new_user(number * 10 + 1)]
    for row in rows:
        think = "Another user was asked for just before. Do the two share a key?" if row != rows[0] else ""
        miss = ask(lab, get_users, {row["user_id"]: row}, think)
        one_query(miss)
        stored(lab, miss, LIFE)
    for row in rows:
        hit = lab.call(get_users, [row["user_id"]], lab.cache, lab.db).finished()
        if hit.loads:
            raise hit.wrong(
                f"asked a second time, it made {counted(hit.loads, 'query')}",
                "no query: a call before has stored the answer",
                "",
                contents(lab),
            )
        data_only(hit).returned([row], "A miss and a hit must look the same to the caller, types included.")


def signed_up(lab: Lab, get_users, user_id: int) -> None:
    """The user comes into being; asked again and again meanwhile, the marker still ends in time."""
    row = lab.db.new_user(user_id)
    lab.wait(ABSENT * 0.7)
    lab.call(get_users, [user_id], lab.cache, lab.db).finished()
    lab.wait(ABSENT * 0.7)
    with lab.log.during(f"{ABSENT * 1.4:.0f} s after this user signed up"):
        ask(lab, get_users, {user_id: row}, "Does looking at the marker make it live longer?")


def hits_do_not_prolong(lab: Lab, get_users) -> None:
    """An entry ends with its TTL, however often it was read."""
    row = lab.db.new_user()
    ask(lab, get_users, {row["user_id"]: row})
    changed = lab.db.change_user(row["user_id"], email="new@shop.example")
    for _ in range(3):
        lab.wait(LIFE * 0.4)
        call = lab.call(get_users, [row["user_id"]], lab.cache, lab.db).finished()
    if call.value == [row]:
        raise call.wrong(
            f"{LIFE * 1.2:.0f} s after it was stored, and read on the way, the old row still came back",
            f"the new row: an entry ends {LIFE} s after it was stored",
            "Does a hit make the entry live longer? Then a popular row stays stale forever.",
        )
    call.returned([changed])


def many(lab: Lab, get_users) -> None:
    """A list in which some are cached and some are not, somebody and nobody of each."""
    cached, fresh = lab.db.new_user(), [lab.db.new_user(), lab.db.new_user()]
    gone, absent = lab.db.new_id(), lab.db.new_id()
    ask(lab, get_users, {cached["user_id"]: cached})
    ask(lab, get_users, {gone: None})
    rows = {fresh[0]["user_id"]: fresh[0], gone: None, cached["user_id"]: cached, absent: None}
    rows[fresh[1]["user_id"]] = fresh[1]
    mixed = ask(lab, get_users, rows, "Does each id get its own answer, in the order of the list?")
    only_queries(mixed, 3, "two of the five answers are in the cache")
    if len(mixed.trips) > 2:
        raise mixed.wrong(
            f"it made {counted(mixed.trips, 'round trip')} to the cache",
            "two at most: one looks up the whole list, one stores all that was missing",
            "A page with 500 names: how many trips would that be? What looks up many keys at once, and what "
            "sends many commands together?",
        )
    again = ask(lab, get_users, rows, "A moment ago it was right, and now the cache has all of them.")
    only_queries(again, 0, "the call before has stored what was missing")
    one_trip_only(again)
    lab.wait(ABSENT * 1.2)
    with lab.log.during(f"{ABSENT * 1.2:.0f} s later"):
        later = ask(
            lab, get_users, rows | {absent: lab.db.new_user(absent)}, "How long does each entry live?"
        )
    only_queries(later, 2, f"that two of them do not exist was known for {ABSENT} s, the rest lives {LIFE} s")


def only_queries(call: Trial, expected: int, because: str) -> None:
    if len(call.loads) != expected:
        wanted = counted(expected, "query") if expected else "no query"
        raise call.wrong(f"it made {counted(call.loads, 'query')}", f"{wanted}: {because}")
