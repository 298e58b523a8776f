"""07.2: one load for many processes, by a lock in the cache."""

from contextlib import suppress

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import (
    World,
    answers_from_the_cache,
    one_load_in_every_order,
    virtual_time,
)

CROWD = 30
SLOWEST = 2.0  # seconds that a load takes at most, as the exercise says
PATIENCE = 0.5  # seconds a waiting reader may look later than the page was there
KEPT = 60.0  # seconds that the page is stored for
TRIP = 0.001  # seconds of a call to the cache in virtual time


@define(
    "07.2",
    "A lock for all processes",
    minutes=15,
    hints=(
        "Look; take the lock; look again; load; fill; unlock. Whoever does not get the lock looks again, "
        "after a pause.",
        "`cache.set(lock, mark, nx=True, px=…)` takes it and gives it an end, in one command. How long may "
        "the slowest load take?",
        "The unlock must not remove the lock of somebody else: `cache.execute_command('DELIFEQ', lock, "
        "mark)`, with a mark nobody else has, in a `finally`.",
    ),
)
def a_lock_for_all_processes(lab: Lab, get_product):
    answers_from_the_cache(get_product)
    one_load_in_every_order(get_product)
    for load_time in (0.1, SLOWEST):
        one_load_for_a_crowd(get_product, load_time)
    the_next_expiry_is_not_held_up(get_product)
    a_failed_load_is_tried_again(get_product)
    a_dead_owner_is_survived(get_product)
    nobody_elses_lock_is_removed(get_product)
    return (
        "One load for two and three readers in every order of their calls, and for thirty at once, whether "
        "it takes 0.1 s or 2 s; a reader that dies or fails holds nobody up for long."
    )


def one_load_for_a_crowd(get_product, load_time: float) -> None:
    called = f"{CROWD} readers at once, an empty cache, a load of {load_time:g} s"
    with virtual_time(called, get_product) as clock:
        world = World(clock, load_time)
        load = clock.closed(world.ask(get_product), clients=CROWD, times=1)
        world.answered(load, called)
        if len(world.loads) > 1:
            late = world.loads[1] - world.loads[0]
            raise incorrect(
                called,
                f"{len(world.loads)} loads; the second began {late:.2f} s after the first",
                "one load",
                "Was the lock still there then? It must outlive the slowest load."
                if late > 0.02
                else "Who was let in besides the first?",
                world.what_was_loaded(),
            )
        if load.percentile(100) > load_time + PATIENCE:
            raise incorrect(
                called,
                f"the last one had its page after {load.percentile(100):.2f} s",
                f"soon after the load: within {load_time + PATIENCE:g} s",
                "How long do waiting readers pause before they look again, and at what do they look?",
            )
        ttls = [world.cache.ask("PTTL", key) for key in world.pages()]
        if not ttls or min(ttls) <= 0:
            raise incorrect(
                called,
                "the page has no TTL, or none that lasts",
                "the page is in the cache, with a TTL",
                "Then it is old one day, and never expires.",
            )
        if not any(KEPT * 0.8 <= ttl / 1000 <= KEPT for ttl in ttls):  # beside it may lie a reserve
            raise incorrect(
                called,
                f"afterwards the page lives for {max(ttls) / 1000:.1f} s more",
                f"the page is stored for a minute; {KEPT * 0.8:g} s will do, which leaves room for jitter",
                "How often does the database load this page in an hour? Whose numbers are these?",
            )


def the_next_expiry_is_not_held_up(get_product) -> None:
    called = "one reader fills the cache; the page expires; the next reader comes"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        clock.closed(world.ask(get_product), clients=1, times=1)
        for key in world.pages():
            world.cache.ask("DEL", key)
        world.soon(
            world.ask(get_product),
            called,
            0.1 + PATIENCE,
            "The first one is long done. What did it leave behind?",
        )


def a_failed_load_is_tried_again(get_product) -> None:
    called = "the first load fails, after 0.1 s; three readers wait, three more come later"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        real, reads = world.read, []

        def read(item=7):
            reads.append(clock.now)
            if len(reads) == 1:
                clock.sleep(0.1)
                raise ConnectionError("the database closed the connection")
            return real(item)

        world.read = read
        ask = world.ask(get_product)
        clock.after(0.0, _quietly, ask)
        clock.sleep(0.05)
        for _ in range(3):
            clock.after(0.0, _quietly, ask)
        clock.sleep(1.0)
        world.failed = None  # whose load failed may be told so
        think = "What became of the lock of the one whose load failed?"
        world.soon(ask, called, 1.0, think, clients=3)


def _quietly(ask) -> None:
    with suppress(Exception):
        ask()


def a_dead_owner_is_survived(get_product) -> None:
    called = "the reader that has the lock dies while it loads; then another one comes"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        world.database.service = 1e6  # it never comes back
        clock.after(0.0, world.ask(get_product))
        clock.sleep(0.5)
        world.database.service = 0.1
        think = "Nobody waits that long for a page. The lock has an end; is it a good one?"
        world.soon(world.ask(get_product), called, 30.0, think)


def nobody_elses_lock_is_removed(get_product) -> None:
    """The lock ends during a slow load, or between two calls after it, and then somebody else has it."""
    for calls in range(8):
        when = "meanwhile" if calls == 0 else "between two calls of the unlock"
        called = f"a load takes longer than the lock; {when} another process has taken the lock"
        with virtual_time(called, get_product) as clock:
            world = World(clock)
            theirs: list[str] = []

            def another_takes_it(world=world, theirs=theirs):
                theirs += world.locks()
                for key in theirs:
                    world.cache.ask("SET", key, "another process", "PX", 60_000)

            world.after_load = lambda at=calls * TRIP: clock.after(at, another_takes_it)
            load = clock.closed(world.ask(get_product), clients=1, times=1)
            world.answered(load, called)
            for key in theirs:
                if world.cache.ask("GET", key) is None:
                    raise incorrect(
                        called,
                        f"the unlock removed {key}, which was the other one's by then",
                        "everybody removes their own lock only",
                        "Whose lock it is may change between your look and your removal: both must be one "
                        "command, on the server."
                        if calls
                        else "While loads succeed it does no harm. What if they fail, one after the other?",
                    )
