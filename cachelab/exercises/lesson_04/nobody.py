"""04.4: that somebody does not exist is an answer, too."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.cache_aside import (
    LIFE,
    answered_from_cache,
    ask,
    healthy,
    hits_do_not_prolong,
    one_query,
    one_trip_only,
    stored,
    strangers_stay_apart,
)
from cachelab.learner.words import counted

ABSENT = 30  # seconds that "there is no such user" may live


@define(
    "04.4",
    "Nobody of that name",
    minutes=8,
    needs=("valkey",),
    hints=(
        "What does your cache hold for a user who does not exist, and how do you tell that from holding "
        "nothing?",
        "Store a marker, something no user can be, with a TTL of its own. `json.dumps(None)` is `null`: "
        "that is a marker, as long as you test for a miss (`raw is None`) before you decode.",
    ),
)
def nobody(lab: Lab, get_user):
    healthy(lab, get_user)
    lab.cache.empty()
    missing, another = lab.db.new_id(), lab.db.new_id()
    first = lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    one_query(first)
    stored(lab, first, ABSENT, "the answer that there is no such user", floor=0)
    lab.call(get_user, another, lab.cache, lab.db).returned(None)
    again = lab.call(get_user, missing, lab.cache, lab.db).returned(None)
    if again.loads:
        raise again.wrong(
            f"asked a second time for a user who does not exist, it made {counted(again.loads, 'query')}",
            f"no query: for up to {ABSENT} s the cache knows that there is no such user",
            "Someone who tries a million made-up ids: who has to answer?",
        )
    one_trip_only(again)
    signed_up(lab, get_user, missing)
    strangers_stay_apart(lab, get_user)
    hits_do_not_prolong(lab, get_user)
    return (
        f"A user who does not exist costs one query in {ABSENT} s instead of one per request, and "
        f"somebody who signs up is seen after {ABSENT} s at the latest. Real users still live {LIFE} s."
    )


def signed_up(lab: Lab, get_user, user_id: int) -> None:
    """The user comes into being; asked again and again meanwhile, the marker still ends in time."""
    row = lab.db.new_user(user_id)
    lab.wait(ABSENT * 0.7)
    lab.call(get_user, user_id, lab.cache, lab.db).finished()
    lab.wait(ABSENT * 0.7)
    with lab.log.during(f"{ABSENT * 1.4:.0f} s after this user signed up"):
        ask(lab, get_user, row, "Does looking at the marker make it live longer?")
    answered_from_cache(lab, get_user, row)
