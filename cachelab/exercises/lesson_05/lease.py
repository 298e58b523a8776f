"""05.2: a lease in Valkey."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.races import holds, holds_everywhere, uses_the_cache


@define(
    "05.2",
    "A lease",
    minutes=20,
    hints=(
        "A reader that misses must leave a mark before it asks the database, and its fill must be "
        "refused if the mark is gone. Which call of the writer removes it?",
        "`cache.set(key, mark, nx=True, get=True, px=60_000)` leaves the mark only where nothing is, "
        "and returns what was there. The mark must be nobody else's: `uuid.uuid4().hex`.",
        "`cache.set(key, price, ifeq=mark)` stores only if the key still holds exactly this mark. A "
        "reader that finds another reader's mark asks the database and stores nothing.",
    ),
)
def a_lease(lab: Lab, reader, writer):
    uses_the_cache(reader, writer)
    holds_everywhere(reader, writer, "rw", "rrw", "rww")
    holds([reader, reader], "crash")
    return (
        "No violation with one reader and one writer, two readers, or two writers, from a cold or a "
        "warm cache, even if any key is evicted or expires at any moment. A reader that dies blocks "
        "nobody."
    )
