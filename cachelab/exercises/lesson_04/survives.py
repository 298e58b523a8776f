"""04.3: the caller never notices what happens to the cache."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.cache_aside import (
    healthy,
)
from cachelab.exercises.asserts.outage import (
    GARBAGE,
    database_errors_come_out,
    dies_between_get_and_set,
    nobody_is_nobody,
    quiet,
    recorded,
    show_bytes,
    somebody_elses,
    spoiled,
    survived,
    warnings,
)
from cachelab.learner.words import counted


@define(
    "04.3",
    "Survive the cache, and say so",
    minutes=12,
    needs=("valkey",),
    hints=(
        "Two things can fail on their own: the look-up and the store. Each needs its own `try`. The "
        "query needs none: if the database is down, there is nothing to fall back to, and the caller "
        "must know.",
        "`redis.RedisError` is the parent of everything the client raises: refused, timed out, wrong "
        "type, out of memory. What comes out of `json.loads` when the bytes are not JSON is a "
        "`ValueError`.",
        '`logging.getLogger("shop.cache").warning("cache: %r", error)` in each `except` that catches an '
        "error of the cache. JSON that parses is not yet a user: a list, a number and a dict without your "
        "fields all parse. "
        "And remember whether the look-up failed: if it did, storing will most likely cost a second "
        "timeout.",
    ),
)
def survive_the_cache(lab: Lab, get_user):
    with warnings() as idle:
        healthy(lab, get_user, floor=0)
    logged = []
    for trouble, limit, error in (
        (lab.cache.refusing, 1, "ConnectionError"),
        (lab.cache.hung, 1, "TimeoutError"),
        (lab.cache.full, 2, "OutOfMemoryError"),
    ):
        row = lab.db.new_user()
        with trouble():
            with warnings() as said:
                call = lab.call(get_user, row["user_id"], lab.cache, lab.db)
            survived(call, row)
            logged.append((call, said, error))
            if len(call.trips) > limit:
                raise call.wrong(
                    f"one request made {counted(call.trips, 'attempt')} to reach the cache",
                    "one: when the look-up fails, the store is left out",
                    "Every attempt waits for its own timeout. What does a request cost while the cache "
                    "hangs?",
                )
    healthy(lab, get_user, "the outage is over: the cache is used again", floor=0)
    dies_between_get_and_set(lab, get_user)
    nobody_is_nobody(lab, get_user)
    for garbage in GARBAGE:
        spoiled(
            lab, get_user, f"with `{show_bytes(garbage)}` in the cache", lambda g=garbage: lab.cache.spoil(g)
        )
    spoiled(lab, get_user, "with a list under each key", lab.cache.retype)
    somebody_elses(lab, get_user)
    database_errors_come_out(lab, get_user)
    for call, said, error in logged:
        recorded(call, said, error)
    quiet(idle)
    return (
        f"Refused, hung, full, dying between two commands, garbage of {len(GARBAGE) + 2} kinds: the caller "
        "never notices, your log does; a request never waits for the cache twice, and an error of the "
        "database still comes out."
    )
