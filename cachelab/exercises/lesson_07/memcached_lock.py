"""07.3: one load, with memcached."""

from cachelab import races
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import (
    PAGE,
    World,
    answers_from_the_cache,
    one_load_in_every_order,
    virtual_time,
)

CROWD = 15
SLOWEST = 1.0  # seconds that a load takes at most, as the exercise says


@define(
    "07.3",
    "The same for Memcached",
    minutes=12,
    hints=(
        "`add` stores only where nothing is, and says whether it did: that is a lock. Ask for its answer.",
        "`noreply=False`, or pymemcache does not wait for the answer and says True. The TTL is in whole "
        "seconds of the server's clock: `expire=n` lasts between n − 1 and n seconds.",
        "Look again after `add` has said yes. Unlock with `delete`, after the fill.",
    ),
)
def the_same_for_memcached(lab: Lab, memcached_reader):
    answers_from_the_cache(memcached_reader, memcached=True)
    one_load_in_every_order(memcached_reader, memcached=True)
    for begin in (0.0, 0.4, 0.9):
        one_load_for_a_crowd(memcached_reader, begin)
    the_next_expiry_is_not_held_up(memcached_reader)
    a_dead_owner_is_survived(memcached_reader)
    return (
        "One load in every order of two and three readers' calls, and for fifteen at once at any moment of "
        "the server's second; a dead owner's lock ends."
    )


class MemcachedWorld(World):
    """The same with a memcached; each customer has a client of its own, as threads need."""

    def __init__(self, clock, load_time: float):
        super().__init__(clock, load_time)
        self.server = clock.memcached(latency=0.001)

    def ask(self, function, *given):
        def one(_, db, *rest):
            client = self.server.client()
            try:
                page = function(client, db, *rest)
                return page.decode(errors="replace") if isinstance(page, bytes) else page
            finally:
                client.close()

        return super().ask(one, *given)


def one_load_for_a_crowd(reader, begin: float) -> None:
    called = f"{CROWD} readers at once, {begin:g} s into the server's second; a load takes {SLOWEST:g} s"
    with virtual_time(called, reader) as clock:
        world = MemcachedWorld(clock, SLOWEST)
        clock.sleep(10 + begin)
        load = clock.closed(world.ask(reader), clients=CROWD, times=1)
        world.answered(load, called)
        if len(world.loads) > 1:
            late = world.loads[1] - world.loads[0]
            raise incorrect(
                called,
                f"{len(world.loads)} loads; the second began {late:.2f} s after the first",
                "one load",
                "How long does a lock with that TTL live, at the least? The server's clock counts whole "
                "seconds."
                if late > 0.05
                else "Who was let in besides the first? What did `add` answer?",
                world.what_was_loaded(),
            )
        if load.percentile(100) > SLOWEST + 0.6:
            raise incorrect(
                called,
                f"the last one had its page after {load.percentile(100):.1f} s",
                f"soon after the load: within {SLOWEST + 0.6:g} s",
            )


def the_next_expiry_is_not_held_up(reader) -> None:
    called = "one reader fills the cache; the page expires; the next reader comes"
    with virtual_time(called, reader) as clock:
        world = MemcachedWorld(clock, 0.1)
        ask = world.ask(reader)
        clock.closed(ask, clients=1, times=1)
        for key, item in list(world.server.items.items()):
            if PAGE.encode() in item.value:
                if item.ends is None:
                    raise incorrect(called, "the page never expires", "it has a TTL")
                del world.server.items[key]
        world.soon(ask, called, 0.6, "The first one is long done. What did it leave behind?")


def a_dead_owner_is_survived(reader) -> None:
    name = races.faults.name_of(reader)
    called = f"`{name}(cache, db)` while another one, which has the lock, dies in its load"
    with virtual_time(called, reader) as clock:
        world = MemcachedWorld(clock, SLOWEST)
        world.database.service = 1e6
        clock.after(0.0, world.ask(reader))
        clock.sleep(0.5)
        world.database.service = 0.1
        think = "Nobody waits that long for a page. The lock has an end; is it a good one?"
        world.soon(world.ask(reader), called, 30.0, think)
