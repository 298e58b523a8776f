"""The twelve incidents of a day. Each begins with a warm cache and a module just started, in virtual time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cachelab import virtual
from cachelab.day.lines import LEVELS, Limit, Line, Score
from cachelab.day.module import Service
from cachelab.day.shop import CAPACITY, GRACE, NEW_FIELDS, PRODUCTS, Catalogue, Phase, Shop, Stop

RATE = 0.75 * CAPACITY  # customers a second of an ordinary hour: the database alone could serve them
OUTAGE = 1.5 * CAPACITY  # … and could not serve these
ON_TV = 7
LONGEST = 86_400  # seconds that an entry may live: every mistake ends with it

# What a line says, and the figure of the phase that it means.
FIGURES: dict[str, Callable[[Phase], float]] = {
    "failed": lambda phase: phase.failed,
    "slow": lambda phase: phase.slow,
    "stale": lambda phase: phase.stale,
    "half of the reads within": lambda phase: phase.p50,
    "queries for each read": lambda phase: phase.share,
}


class Incident(NamedTuple):
    """`run(shop)` lets it happen: a Phase, or the figures by the name of their line."""

    name: str
    level: str
    run: Callable[[Shop], Phase | dict[str, float]]
    limits: tuple[Limit, ...]
    story: str


def ordinary(shop: Shop) -> Phase:
    return shop.open("an ordinary hour", 8, RATE)


def three_times(shop: Shop) -> Phase:
    return shop.open("three times the visitors", 5, 3 * RATE)


def on_tv(shop: Shop) -> dict[str, float]:
    changes = 6
    for number in range(changes):
        shop.clock.after(0.4 + 0.6 * number, shop.office_changes, ON_TV, f"{9 - number}.99")
    before = shop.asked[ON_TV]
    phase = shop.open("a product is on TV", 4, 4 * CAPACITY, hot=(ON_TV, 0.8))
    return _figures(phase) | {"loads for each change": (shop.asked[ON_TV] - before) / changes, "": phase}


def prices_change(shop: Shop) -> Phase:
    return shop.open("prices change", 8, RATE, writes=0.05)


def late_reader(shop: Shop) -> dict[str, float]:
    stale = 0
    for product in (41, 42, 43):
        shop.cache.flush()
        shop.stops[product] = stop = Stop()

        def change(product=product, stop=stop):
            stop.stopped.wait(1.0)
            try:
                shop.office_changes(product, "1.11")
            finally:
                stop.go.set()

        shop.at_once(lambda product=product: shop.read(product), change)
        del shop.stops[product]
        stale += shop.read(product) != "ok"
    return {"stale": stale}


def early_delete(shop: Shop) -> dict[str, float]:
    product, outcome = 44, []
    shop.before_commit[product] = lambda: shop.at_once(lambda: shop.read(product), seconds=0.5)
    shop.at_once(lambda: shop.office_changes(product, "1.11"))
    shop.clock.sleep(GRACE)
    outcome.append(shop.read(product))
    return {"stale": int(outcome[0] != "ok")}


def flushed(shop: Shop) -> Phase:
    shop.cache.flush()
    return shop.open("somebody flushes", 5, OUTAGE)


def full(shop: Shop) -> Phase:
    """Other teams have filled the node, and by default only keys with a TTL may be evicted: there are none
    left."""
    shop.cache.flush()
    shop.cache.fill_up()
    return shop.open("no memory left", 5, RATE)


def garbage(shop: Shop) -> dict[str, float]:
    """Whatever the keys are called: everything that is there is overwritten. Before that, a look at the
    TTLs."""
    keys = shop.cache.ask("KEYS", "*")
    lasting = outliving(shop.cache)
    for key in keys:
        kind = shop.cache.ask("TYPE", key)
        if kind == b"string":
            shop.cache.ask("SET", key, '{"oops": tru', "KEEPTTL")
        elif kind == b"hash":
            for field in shop.cache.ask("HKEYS", key):
                shop.cache.ask("HSET", key, field, '{"oops": tru')
    phase = shop.open("another program writes", 5, RATE)
    return _figures(phase) | {"entries that outlive a day": lasting, "": phase}


def outliving(cache: virtual.Cache) -> int:
    """How many entries have no TTL, or one of more than a day."""
    ttls = [cache.ask("TTL", key) for key in cache.ask("KEYS", "*")]
    return sum(ttl == -1 or ttl > LONGEST for ttl in ttls)


def release(shop: Shop) -> Phase:
    shop.releases.append(Catalogue(shop, NEW_FIELDS))
    return shop.open("a new release", 5, RATE)


def black_hole(shop: Shop) -> dict[str, float]:
    """Two of its first customers miss: of one the first call is swallowed, of the other the second. Whoever
    sent them gives up; the calls arrive when the cache is back, and a ticket that they take is nobody's."""
    for product in (1, 2):
        shop.office_changes(product, "7.77")
    for product in range(3, PRODUCTS + 1):
        shop.read(product)  # these are there, whatever a change deletes
    shop.clock.after(0.0, shop.read, 1)
    shop.clock.sleep(1.25 * shop.cache.trip())
    shop.cache.black_hole()
    shop.clock.after(0.0, shop.read, 2)
    phase = shop.open("a black hole", 7, OUTAGE)
    shop.cache.heal()
    shop.clock.sleep(3.0)
    after = shop.open("after it", 4, RATE)
    found = {"failed afterwards": after.failed, "queries for each read afterwards": after.share}
    return _figures(phase) | found | {"": phase}


def dead_primary(shop: Shop) -> Phase:
    """Twice, and between the two a price changes: what was kept for the first is old in the second."""
    shop.clock.after(1.0, shop.cache.kill)
    shop.clock.after(4.0, shop.cache.promote)
    for product in range(1, 6):
        shop.clock.after(5.0, shop.office_changes, product, "8.88")
    shop.clock.after(6.5, shop.cache.kill)
    shop.clock.after(7.5, shop.cache.promote)
    return shop.open("the primary dies", 8, OUTAGE)


def _figures(phase: Phase) -> dict[str, float]:
    return {name: figure(phase) for name, figure in FIGURES.items()}


INCIDENTS = (
    Incident(
        "an ordinary hour",
        "bronze",
        ordinary,
        (
            Limit("failed", 0.0, "04.1"),
            Limit("half of the reads within", 0.002, "01.4"),
            Limit("queries for each read", 0.1, "01.4"),
        ),
        "75 customers a second; the database alone could serve 100.",
    ),
    Incident(
        "three times the visitors",
        "bronze",
        three_times,
        (Limit("failed", 0.0, "01.3"), Limit("slow", 0.02, "01.3")),
        "225 a second.",
    ),
    Incident(
        "a product is on TV",
        "bronze",
        on_tv,
        (Limit("loads for each change", 2.0, "07.3"), Limit("failed", 0.0, "07.3")),
        "320 of 400 customers a second want product 7, and its price changes six times.",
    ),
    Incident(
        "prices change",
        "gold",
        prices_change,
        (Limit("stale", 0, "05.1"), Limit("queries for each read", 0.25, "01.5")),
        "One request in twenty changes a price. A second after that, nobody sees the old one.",
    ),
    Incident(
        "the late reader",
        "gold",
        late_reader,
        (Limit("stale", 0, "05.5"),),
        "A reader stops with the row in its hand while the price changes; three times.",
    ),
    Incident(
        "the early delete",
        "gold",
        early_delete,
        (Limit("stale", 0, "05.3"),),
        "A customer comes while a change of the price is being committed.",
    ),
    Incident(
        "somebody flushes",
        "silver",
        flushed,
        (Limit("failed", 0.0, "07.7"), Limit("slow", 0.02, "07.7")),
        "FLUSHALL, and 150 customers a second.",
    ),
    Incident(
        "no memory left",
        "silver",
        full,
        (Limit("failed", 0.0, "06.3"),),
        "The node is full of what others stored, and refuses to store more.",
    ),
    Incident(
        "another program writes",
        "silver",
        garbage,
        (Limit("failed", 0.0, "04.5"), Limit("entries that outlive a day", 0, "06.1")),
        "Every entry is overwritten with something that is no JSON.",
    ),
    Incident(
        "a new release",
        "silver",
        release,
        (Limit("failed", 0.0, "04.5", "07.3"),),
        "Half of the servers run a release that also wants the currency.",
    ),
    Incident(
        "a black hole",
        "silver",
        black_hole,
        (
            Limit("failed", 0.0, "08.6"),
            Limit("slow", 0.02, "07.8", "08.6"),
            Limit("failed afterwards", 0.0, "07.3"),
            Limit("queries for each read afterwards", 0.2, "08.6"),
        ),
        "The cache no longer answers, and nobody says so; 150 customers a second. When it is back, what was "
        "sent meanwhile arrives.",
    ),
    Incident(
        "the primary dies",
        "silver",
        dead_primary,
        (Limit("failed", 0.0, "08.1"), Limit("slow", 0.02, "07.8", "08.1"), Limit("stale", 0, "07.8")),
        "Three seconds without a primary; prices change; then it dies again. 150 customers a second.",
    ),
)


def upto(level: str) -> list[Incident]:
    """The incidents of this level and those below it."""
    return [incident for incident in INCIDENTS if LEVELS.index(incident.level) <= LEVELS.index(level)]


def judge(service: Service, incidents: Iterable[Incident] = INCIDENTS, seed: int = 1) -> Score:
    """The score of a module in these incidents, one after the other."""
    score = Score(())
    for incident in incidents:
        score += judge_one(service, incident, seed)
    return score


def judge_one(service: Service, incident: Incident, seed: int = 1) -> Score:
    """One incident. Raises a virtual.VirtualTimeError if the module cannot be run in virtual time."""
    with warnings.catch_warnings(), virtual.time(seed=f"{seed} {incident.name}", budget=5.0) as clock:
        warnings.simplefilter("ignore")  # a module runs thousands of times, and so would they
        shop = Shop(clock, service)
        shop.warm()
        came = incident.run(shop)
    figures, phase = (_figures(came), came) if isinstance(came, Phase) else (came, came.pop("", None))
    return Score(tuple(lines(incident, figures, phase)), (phase,) if phase else ())


def lines(incident: Incident, figures: dict[str, float], phase: Phase | None) -> Iterator[Line]:
    """A line for each limit; a Phase says besides what was seen, and what customers waited for."""
    detail = ", ".join(f"{n:,} × {what}" for what, n in phase.seen.most_common(2)) if phase else ""
    for what, most, teaches, waiting in incident.limits:
        if waiting and phase and _waited(what, phase):
            teaches = waiting
        shown = detail if what == "failed" else ""
        yield Line(incident.level, incident.name, what, figures[what], most, teaches, shown)


def _waited(what: str, phase: Phase) -> bool:
    """Whether customers failed or were slow because they waited, though the database had room."""
    if what == "failed":
        return [seen for seen, _ in phase.seen.most_common(1)] == ["never answered"]
    return phase.peak <= 1
