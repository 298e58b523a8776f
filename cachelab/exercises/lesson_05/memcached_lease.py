"""05.3: a lease in Memcached."""

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
    "05.3",
    "The same for Memcached",
    minutes=15,
    hints=(
        "`add` after a delete stores, so it cannot tell an old value from a new one. Which of "
        "memcached's own replies says: you, and nobody else, may fill this?",
        "`mg KEY v c N30` on a miss makes an empty item that lives 30 s, and answers with the flags `W` "
        "(you won) and `c…` (its token). Others get `Z`: somebody else is at it.",
        "`ms KEY LENGTH T300 C<token>` stores for 300 s, and only if the item is still the one you were "
        "given. After `delete` it is not.",
    ),
)
def the_same_for_memcached(lab: Lab, memcached_reader, memcached_writer):
    uses_the_cache(memcached_reader, memcached_writer, memcached=True)
    holds_everywhere(memcached_reader, memcached_writer, "rw", "rrw", "rww", memcached=True)
    nobody_is_waited_for(memcached_reader, memcached=True)
    holds([memcached_reader] * 2, "crash", memcached=True)
    every_key_ends(memcached_reader, memcached_writer, memcached=True)
    a_dead_reader_leaves_nothing_old(memcached_reader, memcached_writer, memcached=True)
    return (
        "No violation with up to three clients, cold or warm, even if any item is evicted or expires at "
        "any moment, and each item ends one day: memcached has had leases for years, under another name."
    )
