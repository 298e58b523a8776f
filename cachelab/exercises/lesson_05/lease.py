"""05.2: a lease in Valkey."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.races import (
    a_dead_reader_leaves_nothing_old,
    every_key_ends,
    holds,
    holds_everywhere,
    nobody_is_waited_for,
    uses_the_cache,
)


@define(
    "05.2",
    "A lease",
    minutes=20,
    hints=(
        "A reader that misses must leave a mark before it asks the database, and its fill must be "
        "refused if the mark is gone. Which call of the writer removes it?",
        "`cache.set(key, mark, nx=True, get=True, px=60_000)` leaves the mark only where nothing is, "
        "and returns what was there. The mark must be nobody else's: `uuid.uuid4().hex`.",
        "`cache.set(key, price, ifeq=mark, ex=300)` stores only if the key still holds exactly this mark, "
        "and for 300 s. A reader that finds another reader's mark asks the database and stores nothing.",
    ),
)
def a_lease(lab: Lab, reader, writer):
    uses_the_cache(reader, writer)
    holds_everywhere(reader, writer, "rw", "rrw", "rww")
    nobody_is_waited_for(reader)
    holds([reader, reader], "crash")
    every_key_ends(reader, writer)
    a_dead_reader_leaves_nothing_old(reader, writer)
    return (
        "No violation with one reader and one writer, two readers, or two writers, from a cold or a "
        "warm cache, even if any key is evicted or expires at any moment. A reader that dies blocks "
        "nobody and leaves nothing old, and whatever happens to a delete, each key ends with its TTL."
    )
