"""07.4: refresh early, by dice."""

import random
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from cachelab.checks.attempt import at_end
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import incorrect
from cachelab.exercises.asserts.crowd import World, virtual_time
from cachelab.learner.words import counted
from cachelab.workload.queueing import xfetch

TTL = 2.0  # seconds, as the exercise says
LOADS = (1.9, 3.8)  # for each new value, around e
SECONDS = 90.0


@define(
    "07.4",
    "Dice",
    minutes=12,
    hints=(
        "Store three things together: the page, how long its load took, and when it expires. A hit reads "
        "all three and throws the dice.",
        "Refresh if `time.time() - took * math.log(1 - random.random()) >= expires`, with `took` in seconds. "
        "The natural logarithm of a number below 1 is negative.",
        "Each call throws its own dice. `1 - random.random()` is never 0, `random.random()` can be.",
    ),
)
def dice(lab: Lab, get_product_by_dice):
    a_hit_loads_nothing(get_product_by_dice)
    for rate, load_time in ((60.0, 0.1), (24.0, 0.25)):
        as_the_formula_says(get_product_by_dice, rate, load_time)
    the_worst_throw(get_product_by_dice)
    return (
        "About e loads for each new value, whatever the traffic and the time of a load, and most of them "
        "before anybody had to wait."
    )


def a_hit_loads_nothing(get_product) -> None:
    called = "`get_product_by_dice(cache, db)` twice, the second time at once"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        load = clock.closed(world.ask(get_product), clients=1, times=2)
        world.answered(load, called)
        if len(world.loads) != 1:
            raise incorrect(
                called,
                f"{len(world.loads)} loads",
                f"one: the page has {TTL:g} s to live, and its load took 0.1 s",
                "How far into the future does one throw look, in seconds?",
            )
        ttls = [world.cache.ask("PTTL", key) / 1000 for key in world.keys()]
        if not ttls or not all(0 < ttl <= TTL + 10 for ttl in ttls):
            raise incorrect(
                called,
                f"the TTLs of what is in the cache: {ttls or 'nothing is there'}",
                f"an entry with a TTL of {TTL:g} s, or a little more",
            )


def as_the_formula_says(get_product, rate: float, load_time: float) -> None:
    called = f"{rate:g} requests a second for {SECONDS:g} s, a load of {load_time:g} s, TTL {TTL:g} s"
    with virtual_time(called, get_product, steps=600_000) as clock:
        world = World(clock, load_time)
        load = clock.open(world.ask(get_product), rate=rate, seconds=SECONDS)
        world.answered(load, called)
    groups: list[list[float]] = []
    for begun in world.loads:
        if not groups or begun > groups[-1][0] + load_time + 0.02:
            groups.append([])
        groups[-1].append(begun)
    warm = groups[1:]
    if len(warm) < 5:
        raise incorrect(
            called,
            f"{counted(warm, 'refresh', 'refreshes')} after the first load",
            f"one about every {TTL - xfetch.mean_gap(rate, load_time):.1f} s",
            "Does the page ever expire? When does the key go?",
        )
    loads = statistics.mean(map(len, warm))
    early = statistics.mean(
        before[-1] + load_time + TTL - group[0] for before, group in zip(groups, warm, strict=False)
    )
    told = xfetch.mean_gap(rate, load_time)
    happened = f"{loads:.1f} loads for each new value, the first one {early:.2f} s before the expiry"
    expected = f"about {xfetch.loads_per_refresh():.1f} loads, the first one about {told:.2f} s before it"
    if LOADS[0] <= loads <= LOADS[1] and 0.6 * told <= early <= 1.5 * told:
        return
    if early < 0.6 * told:
        think = (
            "They come too late. Which way does the logarithm push, is it the natural one, and in which "
            "unit is Δ?"
        )
    elif early > 1.5 * told:
        think = "They come too early. What is multiplied with the logarithm, and in which unit?"
    elif loads > LOADS[1]:
        think = "Once somebody is early, too many others are. Does each of them throw dice of its own?"
    else:
        think = "Somebody holds the others back. Here everybody decides alone."
    raise incorrect(called, happened, expected, think, world.what_was_loaded())


def the_worst_throw(get_product) -> None:
    called = "one call with the page in the cache, where `random.random()` gives 0.0"
    with virtual_time(called, get_product) as clock:
        world = World(clock)
        clock.closed(world.ask(get_product), clients=1, times=1)
        with _always(get_product, 0.0):
            load = clock.closed(world.ask(get_product), clients=1, times=1)
        if world.failed:
            raise incorrect(
                called,
                world.failed[0],
                "a page",
                "It happens once in 2⁵³ throws: to somebody, one day.",
                line=world.failed[1],
            )
        world.answered(load, called)


@contextmanager
def _always(get_product, draw: float) -> Iterator[None]:
    """`random.random()` gives this number, also under a name that the learner has imported it by."""
    names = getattr(get_product, "__globals__", {})
    own = {name: lambda: draw for name, what in names.items() if what is random.random}
    with ExitStack() as undo:
        at_end(undo.close)
        undo.enter_context(mock.patch("random.random", lambda: draw))
        undo.enter_context(mock.patch.dict(names, own))
        yield
