"""07.6: survive a flush."""

from cachelab import virtual
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.crowd import World, made, virtual_time
from cachelab.learner.words import show
from cachelab.workload import trace

RATE, ITEMS, SKEW, THREADS = 100.0, 2500, 0.8, 40
SERVICE, PATIENCE = 0.02, 0.09  # seconds of a load, and of a customer: not the numbers of the lesson
WARM, FLUSH, END = 60, 1.0, 12.0
ENOUGH = 0.8  # of the last four seconds' customers
LATE = 0.02  # of those who get a page, at most


@define(
    "07.6",
    "Survive a flush",
    minutes=12,
    hints=(
        "How many loads can the database finish while one customer waits? More than those need not be let "
        "in.",
        "`threading.BoundedSemaphore(n)`, made once in `shop`, and `acquire(blocking=False)` before the "
        "load: no place, no load, and an exception at once.",
        "Hits pass by the semaphore. Whatever was loaded is stored. The place is given back in a `finally`.",
    ),
)
def survive_a_flush(lab: Lab, shop):
    hits_and_misses_work(shop)
    it_comes_back(shop)
    hits_pass_by(shop)
    return (
        "The cache was emptied under load, a database that could serve half of it stood behind, and "
        f"within {END - FLUSH:g} s all is well again."
    )


def hits_and_misses_work(shop) -> None:
    called = "`get_item = shop()`, and `get_item(7, cache, db)` three times, one after the other"
    with virtual_time(called, shop) as clock:
        world = World(clock, SERVICE, servers=1)
        ask = world.ask(_made(shop, called))
        load = clock.closed(lambda: ask(7), clients=1, times=3)
        world.answered(load, called)
        if len(world.loads) != 1:
            raise incorrect(called, f"{len(world.loads)} loads", "one: then it is in the cache")
        ttl = world.cache.ask("TTL", "item:7")
        if not 0 < ttl <= WARM + 5:
            happened = {-2: "there is no key item:7", -1: "the item has no TTL"}.get(ttl, f"a TTL of {ttl} s")
            raise incorrect(called, happened, f"the page under item:7, with a TTL of {WARM} s")


def _made(shop, called: str):
    get_item = made(called, shop)
    if not callable(get_item):
        raise incorrect(called, f"`shop()` returned {show(get_item)}", "the function `get_item`")
    return get_item


def it_comes_back(shop) -> None:
    called = (
        f"{RATE:g} customers a second for {ITEMS:,} items, {THREADS} threads, a database that serves "
        f"{1 / SERVICE:g} loads a second; after {FLUSH:g} s the cache is emptied"
    )
    with virtual_time(called, shop, steps=600_000) as clock:
        load = _open(clock, shop, called)
    shares = _served(load)
    if sum(shares[-4:]) / 4 < ENOUGH:
        rows = tuple((f"{second}", f"{share:.0%}") for second, share in enumerate(shares))
        raise incorrect(
            called,
            f"{END - FLUSH:g} s after the flush {shares[-1]:.0%} of the customers are served within "
            f"{PATIENCE:g} s",
            f"{ENOUGH:.0%} of them, and more",
            "For whom does the database work? How long is the line when a customer joins it? Is what was "
            "loaded stored?",
            Table("Served in time", ("second", "share"), rows),
        )

    pages = [request.took for request in load.requests if request.outcome == "ok" and request.answer]
    late = sum(took > PATIENCE for took in pages)
    if late > LATE * len(pages):
        raise incorrect(
            called,
            f"all is well again, but {late} of {len(pages):,} pages came after more than {PATIENCE:g} s, "
            f"the last after {max(pages):.2f} s",
            f"whom it asks the database for it serves within {PATIENCE:g} s; the others it refuses at once",
            f"How many loads of {SERVICE:g} s, one at a time, are done in {PATIENCE:g} s?",
        )


def _open(clock: virtual.Clock, shop, called: str) -> virtual.Load:
    world = World(clock, SERVICE, servers=1)
    ask = world.ask(_made(shop, called))
    asked = iter(trace.zipf(round(RATE * END * 2), ITEMS, SKEW, seed=3))
    for item in range(ITEMS):
        world.cache.ask("SET", f"item:{item}", "page loaded at 0.000 s", "EX", WARM)
    clock.after(FLUSH, world.cache.flush)
    return clock.open(lambda: ask(next(asked)), rate=RATE, seconds=END, threads=THREADS, patience=5)


def _served(load: virtual.Load) -> list[float]:
    """For each second of arrival, the share that had a page in time."""
    came, served = [0] * int(END), [0] * int(END)
    first = min(request.arrived for request in load.requests)
    for request in load.requests:
        second = min(int(request.arrived - first), int(END) - 1)
        came[second] += 1
        served[second] += request.outcome == "ok" and bool(request.answer) and request.took <= PATIENCE
    return [good / max(1, all_) for good, all_ in zip(served, came, strict=True)]


def hits_pass_by(shop) -> None:
    called = "one item is in the cache; 15 customers load others, which takes 5 s; then one wants that item"
    with virtual_time(called, shop) as clock:
        world = World(clock, SERVICE, servers=1)
        ask = world.ask(_made(shop, called))
        world.answered(clock.closed(lambda: ask(7), clients=1, times=1), called)
        world.database.service = 5.0
        for item in range(15):
            clock.after(0.0, lambda item=item: _quietly(ask, 100 + item))
        clock.sleep(0.1)
        world.failed = None
        load = clock.closed(lambda: ask(7), clients=1, times=1)
        if world.failed or load.percentile(100) > PATIENCE:
            raise incorrect(
                called,
                world.failed[0] if world.failed else f"it waited {load.percentile(100):.1f} s",
                "a hit is served at once",
                "Does a hit need a place in the line?",
                line=world.failed[1] if world.failed else "",
            )
        world.answered(load, called)


def _quietly(ask, item: int) -> None:
    try:
        ask(item)
    except Exception:
        pass  # refused, as it should be
