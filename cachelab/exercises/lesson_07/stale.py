"""07.5: serve stale while one refreshes, and know an end."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import World, virtual_time

FRESH, END = 1.0, 5.0  # seconds, as the exercise says
TRIES = 9  # at most, in 3.5 s of a failing database: one each half second
CROWD = 30


@define(
    "07.5",
    "Stale while one refreshes",
    minutes=15,
    hints=(
        "Store the page with the moment until which it is fresh; the key's TTL is the hard end. Three cases "
        "on a read: fresh, stale, nothing there.",
        "Stale: `cache.set(lock, 1, nx=True, px=500)` lets one through, and that one hands the refresh to "
        "`background`. Everybody returns the stale page, that one too.",
        "Never remove the lock: it ends, and so it also limits how often a failing database is asked. What "
        "`background` runs must not raise.",
    ),
)
def stale_while_one_refreshes(lab: Lab, get_product_stale):
    fresh_is_a_hit(get_product_stale)
    nobody_waits_and_one_refreshes(get_product_stale)
    a_dead_refresher_is_followed_by_another(get_product_stale)
    an_outage_is_survived_until_the_hard_end(get_product_stale)
    return (
        f"{CROWD} readers of a stale page: one load, and nobody waits. With the database away the old page "
        f"is served for {END:g} s and no longer, and the database is asked with patience."
    )


def background(world: World):
    """Runs what it is given in a thread of its own; what it raises is kept."""

    def run(function):
        def guarded():
            try:
                function()
            except Exception as error:
                world.raised = error

        world.raised = None
        world.clock.after(0.0, guarded)

    return run


def customer(world: World, get_product, run=None):
    run = run or background(world)
    return world.ask(lambda cache, db: get_product(cache, db, run))


def fresh_is_a_hit(get_product) -> None:
    called = "`get_product_stale(cache, db, background)` on an empty cache, and again 0.5 s later"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        ask = customer(world, get_product)
        first = clock.closed(ask, clients=1, times=1)
        world.answered(first, called)
        clock.sleep(0.5)
        world.answered(clock.closed(ask, clients=1, times=1), called)
        clock.sleep(0.3)
        if len(world.loads) != 1:
            raise incorrect(called, f"{len(world.loads)} loads", f"one: it is fresh for {FRESH:g} s")


def nobody_waits_and_one_refreshes(get_product) -> None:
    called = f"{CROWD} readers at once of a page that was stored 1.5 s ago; a load takes 0.5 s"
    with virtual_time(called, get_product) as clock:
        world = World(clock, load_time=0.5)
        ask = customer(world, get_product)
        clock.closed(ask, clients=1, times=1)
        clock.sleep(1.5)
        load = clock.closed(ask, clients=CROWD, times=1)
        world.answered(load, called)
        if load.percentile(100) > 0.1:
            slow = load.slower_than(0.1)
            raise incorrect(
                called,
                f"{slow} of them waited for {load.percentile(100):.2f} s",
                "all of them get the stale page at once",
                "Who does the refresh, and who waits for it?",
            )
        clock.sleep(0.9)
        refreshes = len(world.loads) - 1
        if refreshes != 1:
            raise incorrect(
                called,
                f"{refreshes} loads",
                "one load, for all of them",
                "How does the second one know that somebody is at it?" if refreshes else "Who refreshes?",
                world.what_was_loaded(),
            )
        load = clock.closed(ask, clients=1, times=1)
        world.answered(load, called)
        if clock.now - _loaded_at(load) > 1.2:
            raise incorrect(
                called + "; a second later another reader comes",
                f"it gets the {load.requests[0].answer}",
                "the new page",
                "Was it stored where readers look, with a new moment until which it is fresh?",
            )
        clock.sleep(1.0)
        if len(world.loads) > 2:
            raise incorrect(
                called + "; a second later another reader comes",
                "its read starts one more refresh",
                f"the new page is fresh, for {FRESH:g} s from its load",
                "Which moment was stored with the new page?",
            )


def _loaded_at(load) -> float:
    return float(load.requests[-1].answer.split()[-2])


def a_dead_refresher_is_followed_by_another(get_product) -> None:
    called = "the process that began a refresh dies before it loads; 2 s later another reader comes"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        clock.closed(customer(world, get_product), clients=1, times=1)
        clock.sleep(1.5)
        clock.closed(customer(world, get_product, lambda function: None), clients=1, times=1)
        clock.sleep(2.0)
        clock.closed(customer(world, get_product), clients=1, times=1)
        clock.sleep(0.5)
        if len(world.loads) < 2:
            raise incorrect(
                called,
                "nobody refreshes any more",
                "the other one refreshes",
                "What keeps it from trying, and does that have an end?",
            )


def an_outage_is_survived_until_the_hard_end(get_product) -> None:
    called = "the database fails from 1 s to 7 s after a load; a reader comes each tenth of a second"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        ask = customer(world, get_product)
        clock.closed(ask, clients=1, times=1)
        stored = clock.now
        clock.sleep(1.0)
        world.database.kill()
        before = len(world.loads)
        load = clock.closed(ask, clients=1, times=35, think=0.1)
        if world.failed:
            raise incorrect(
                called,
                f"a reader got {world.failed[0]}",
                f"the old page, until {END:g} s after its load",
                "There is a page to serve. Who needs to know that the refresh failed?",
                line=world.failed[1],
            )
        world.answered(load, called)
        tries = len(world.loads) - before
        if not 1 <= tries <= TRIES:
            raise incorrect(
                called,
                f"in 3.5 s the database was asked {tries} times",
                "again and again, but once in half a second at most",
                "It has trouble enough. What limits how often it is asked?"
                if tries > TRIES
                else "The refresh failed once. Who tries again?",
            )
        clock.sleep(max(0.0, stored + END + 1 - clock.now))
        load = clock.closed(ask, clients=1, times=1)
        if load.answered and load.requests[0].answer:
            raise incorrect(
                called,
                f"{clock.now - stored:.1f} s after its load the old page is still served",
                f"nothing older than {END:g} s: then the database's error reaches the caller",
                "Is there an end, also when each refresh fails?",
            )
        world.failed = None
        world.database.restart()
        clock.sleep(1.0)
        load = clock.closed(ask, clients=1, times=1)
        world.answered(load, called + ", and one a second after it is back")
