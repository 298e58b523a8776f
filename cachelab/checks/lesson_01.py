"""Lesson 01, why cache: the arithmetic that says whether a cache pays, and for which queries."""

import math
import random
from decimal import Decimal
from functools import partial
from numbers import Real

from .exercise import define
from .lab import Call, Lab
from .verdict import Table, show

# A hit is a look-up. A miss is a look-up, a query and a fill. All in milliseconds, as measured in the lesson.
COSTS = ((0.9, 0.25, 3.0, 0.35), (0.5, 0.3, 40.0, 0.5), (0.0, 0.25, 2.0, 0.75), (1.0, 0.2, 9.0, 0.4))

SIX = (
    {"name": "get_user", "reads": 900, "keys": 100_000, "query_ms": 0.23, "stale_s": 300},
    {"name": "product_page", "reads": 400, "keys": 10_000, "query_ms": 2.6, "stale_s": 60},
    {"name": "order_history", "reads": 20, "keys": 100_000, "query_ms": 1.4, "stale_s": 30},
    {"name": "top_products", "reads": 2, "keys": 1, "query_ms": 450.0, "stale_s": 60},
    {"name": "stock_at_checkout", "reads": 150, "keys": 10_000, "query_ms": 0.9, "stale_s": 0},
    {"name": "newest_reviews", "reads": 30, "keys": 10_000, "query_ms": 0.8, "stale_s": 900},
)
LOOKUP_MS, FILL_MS = 0.25, 0.30

chance = random.SystemRandom()  # other numbers on every check


@define(
    "01.1",
    "What a read costs",
    minutes=3,
    hints=(
        "Write down what a hit pays for and what a miss pays for, in words. What does a miss do before "
        "it asks the database, and what does it do afterwards?",
        "Every read pays for the look-up. Only the share `1 - hit_ratio` pays for the rest.",
    ),
)
def what_a_read_costs(lab: Lab, mean_read_ms):
    for ratio, lookup, query, fill in COSTS + tuple(some_costs(6)):
        call = lab.call(mean_read_ms, ratio, lookup, query, fill)
        miss = lookup + query + fill
        number(
            call,
            mean_read(ratio, lookup, query, fill),
            (
                ratio * lookup + (1 - ratio) * query,
                "That is a miss which only asks the database. How did it know?",
            ),
            (ratio * lookup + (1 - ratio) * (lookup + query), "That is a miss nobody will ever profit from."),
            (ratio * lookup + (1 - ratio) * (query + fill), "A miss has looked in the cache first."),
            ((1 - ratio) * lookup + ratio * miss, "Which of the two is `hit_ratio` the share of?"),
            ((lookup + miss) / 2, "Hits and misses are not equally frequent."),
            unit="ms",
        )
    return "Every read pays for the look-up, and every miss for the query and the fill as well."


@define(
    "01.2",
    "What the database still sees",
    minutes=2,
    hints=(
        "With a hit ratio of 0.9, how many of 1,000 reads reach the database?",
        "Solve `reads * (1 - hit_ratio) = capacity` for the hit ratio. What if the database could do it "
        "alone?",
    ),
)
def what_the_database_sees(lab: Lab, needed_hit_ratio):
    cases = [(5000, 1000), (20_000, 500), (1000, 1000), (300, 2000)]
    cases += [(chance.randrange(1000, 90_000), chance.randrange(100, 900)) for _ in range(5)]
    for reads, capacity in cases:
        call = lab.call(needed_hit_ratio, reads, capacity)
        load = capacity / reads
        number(
            call,
            max(0.0, 1 - load),
            (
                1 - load,
                "A hit ratio runs from 0 to 1. How much cache does a database need that can do it alone?",
            ),
            (
                load,
                "That is the share that may reach the database. The hit ratio is the share that must not.",
            ),
            (reads - capacity, "That is a number of reads a second. Which share of them all is it?"),
            (100 * (1 - load), "Write a ratio as a number from 0 to 1."),
        )
    return (
        "The cache must keep away 1 - capacity/reads of the reads. The database must survive its loss, too."
    )


@define(
    "01.3",
    "The read that users notice",
    minutes=4,
    hints=(
        "Line up 100 reads, the fastest first. With a hit ratio of 0.9, which of them are misses, and "
        "where does the 95th stand?",
        "The percentile is a read's own time, never a mixture: it is a hit's or a miss's.",
    ),
)
def the_read_users_notice(lab: Lab, percentile_ms):
    cases = [(0.5, 0.9, 0.25, 3.5), (0.99, 0.9, 0.25, 3.5), (0.99, 0.995, 0.25, 3.5), (0.5, 0.4, 0.3, 40.0)]
    cases += [(0.95, 0.94, 0.2, 8.0), (0.9, 0.91, 0.2, 8.0), (0.99, 0.0, 0.2, 8.0), (0.99, 1.0, 0.2, 8.0)]
    for percentile, ratio, hit, miss in cases:
        call = lab.call(percentile_ms, percentile, ratio, hit, miss)
        number(
            call,
            hit if percentile < ratio else miss,
            (miss if percentile < ratio else hit, "Line the reads up, the fastest first: hits, then misses."),
            (ratio * hit + (1 - ratio) * miss, "That is the mean. No single read takes that long."),
            (percentile * miss, "A percentile says which read, not how much of it."),
            unit="ms",
        )
    return (
        "The 99th percentile is a miss until the hit ratio passes 0.99: a cache helps the mean long "
        "before that."
    )


@define(
    "01.4",
    "The hit ratio that pays",
    minutes=6,
    hints=(
        "Without a cache a read takes `query`. At which hit ratio does the mean read through the cache "
        "take as long?",
        "Set `lookup + (1 - h) * (query + fill)` equal to `query` and solve for h.",
        "Some caches never pay: which values of h can a cache not reach?",
    ),
)
def the_ratio_that_pays(lab: Lab, break_even):
    cases = [(0.25, 3.0, 0.25), (0.25, 450.0, 0.3), (0.3, 0.5, 0.4), (0.25, 0.2, 0.3), (1.0, 0.9, 0.0)]
    cases += [(lookup, query, fill) for _, lookup, query, fill in some_costs(6)]
    for lookup, query, fill in cases:
        call = lab.call(break_even, lookup, query, fill).finished()
        ratio = (lookup + fill) / (query + fill)
        if ratio > 1:
            if call.value is not None:
                think = "At this hit ratio, would the cache be faster? Is there any at which it would?"
                raise call.wrong(f"it returned {show(call.value)}", "None: this cache never pays", think)
            continue
        if call.value is None:
            best = "At a hit ratio of 1 a read is one look-up."
            raise call.wrong("it returned None", "a hit ratio: this cache can pay", best)
        number(
            call,
            ratio,
            (lookup / query, "Does a miss cost no more than the query?"),
            (lookup / (query + fill), "Fill the cache, and pay for it."),
            ((lookup + fill) / query, "A hit saves the fill as well as the query."),
            (1 - ratio, "That is the miss ratio."),
            evidence=partial(at_this_ratio, lookup, query, fill),
        )
    return (
        "Above (lookup + fill)/(query + fill) the cache is faster than none; a query cheaper than a "
        "look-up never is."
    )


@define(
    "01.5",
    "The hit ratio to expect",
    minutes=8,
    hints=(
        "Follow one key. A miss stores the entry; then for `ttl` seconds every read is a hit; then it "
        "is gone, and the next read is a miss. How many reads fall into one such round, and how many of "
        "them are hits?",
        "In `ttl` seconds there are on average `reads * ttl` hits. Each round has exactly one miss.",
    ),
)
def the_ratio_to_expect(lab: Lab, hit_ratio):
    cases = [(1.0, 1.0), (0.1, 60.0), (0.002, 300.0), (5.0, 60.0), (20.0, 0.01)]
    cases += [(round(10 ** chance.uniform(-2, 1), 3), round(10 ** chance.uniform(0, 2), 1)) for _ in range(5)]
    for reads, ttl in cases:
        call = lab.call(hit_ratio, reads, ttl).finished()
        mean = reads * ttl
        number(
            call,
            mean / (1 + mean),
            (1 - 1 / mean, "One round is one miss and then the hits: how many reads is that together?"),
            (
                1 - math.exp(-mean),
                "That is the chance that the next read comes in time, counted from the last one.",
            ),
            (mean, "A ratio runs from 0 to 1."),
            (1 / (1 + mean), "That is the miss ratio."),
            (ttl / (ttl + reads), "Look at the units: seconds, and reads in a second."),
            evidence=partial(simulated, reads, ttl),
        )
    return (
        "reads·ttl hits for each miss: a key read once in its TTL has a hit ratio of 0.5, and a rare "
        "one next to none."
    )


@define(
    "01.6",
    "Which of six",
    minutes=12,
    hints=(
        "You have all the parts: how long may an entry live, how often is one key read in that time, "
        "what hit ratio follows (01.5), and which one does this query need (01.4)?",
        "`reads` are all reads of this query; they spread over `keys` different keys.",
        "If an answer may be 0 seconds old, what hit ratio does a TTL of 0 give?",
    ),
)
def which_of_six(lab: Lab, worth_caching):
    for query in SIX + tuple(some_query() for _ in range(60)):
        expected, ratio = ratios(query)
        if abs(expected - ratio) < 0.05 * ratio:  # too close to call
            continue
        call = lab.call(worth_caching, dict(query))
        pays = expected > ratio
        if type(call.finished().value).__name__ not in ("bool", "bool_"):
            raise call.wrong(f"it returned {show(call.value)}", "True or False")
        if bool(call.value) != pays:
            if query["stale_s"] == 0:
                think = "This answer may not be stale at all."
            else:
                think = (
                    f"One of its keys is read {query['reads'] / query['keys']:.3g} times a second and "
                    f"may live {query['stale_s']} s. Which hit ratio follows, and which one does a query "
                    f"of {query['query_ms']:g} ms need?"
                )
            raise call.wrong(f"it returned {call.value}", str(pays), think)
    rows = []
    for query in SIX:
        expected, ratio = ratios(query)
        rows.append(
            (query["name"], f"{expected:.3f}", f"{ratio:.2f}", "cache it" if expected > ratio else "leave it")
        )
    return (
        "Two of the six pay at once, and one pays because its answers may be old. The fastest query of "
        "all and the one that may never be stale are better left alone.",
        Table("The six", ("query", "hit ratio to expect", "hit ratio that pays", ""), tuple(rows)),
    )


# --- the models and the numbers ------------------------------------------------------------------------


def mean_read(ratio: float, lookup: float, query: float, fill: float) -> float:
    return lookup + (1 - ratio) * (query + fill)


def ratios(query: dict) -> tuple[float, float]:
    """The hit ratio to expect of a query whose entries live as long as they may, and the one that pays."""
    mean = query["reads"] / query["keys"] * query["stale_s"]
    return mean / (1 + mean), (LOOKUP_MS + FILL_MS) / (query["query_ms"] + FILL_MS)


def some_costs(count: int):
    """Costs nobody can have prepared for."""
    for _ in range(count):
        yield (
            round(chance.uniform(0.05, 0.95), 2),
            chance.choice((0.2, 0.25, 0.4)),
            chance.choice((2.0, 7.5, 80.0)),
            chance.choice((0.3, 0.6)),
        )


def some_query() -> dict:
    return {
        "name": "another_query",
        "reads": chance.choice((1, 10, 100, 1000)),
        "keys": chance.choice((1, 100, 10_000, 1_000_000)),
        "query_ms": chance.choice((0.2, 0.6, 1.5, 4.0, 60.0)),
        "stale_s": chance.choice((0, 5, 60, 600)),
    }


def number(call: Call, expected: float, *mistakes, unit: str = "", evidence=None) -> None:
    """Settle unless the call returned this number; a mistake is (the number it leads to, what to think
    about)."""
    value = call.finished().value
    if isinstance(value, Decimal):
        value = float(value)
    if (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isclose(value, expected, rel_tol=1e-6, abs_tol=1e-9)
    ):
        return
    think = ""
    if value is None:
        think = "Is there a path through the function without a `return`?"
    elif not isinstance(value, Real):
        think = "A number is asked for."
    else:
        mistakes += ((expected / 1000, "Are those seconds?"),) if unit == "ms" else ()
        think = next((text for wrong, text in mistakes if math.isclose(value, wrong, rel_tol=1e-6)), "")
        if not think and any(value == round(expected, places) for places in (1, 2, 3)):
            think = "Leave the rounding to whoever prints it."
    more = (evidence(value),) if evidence and isinstance(value, Real) else ()
    raise call.wrong(f"it returned {show(value)}", f"{expected:.6g} {unit}".strip(), think, *more)


def at_this_ratio(lookup: float, query: float, fill: float, ratio) -> Table:
    """What a read costs at the ratio that was returned, beside what it costs without a cache."""
    rows = (
        ("with the cache, at your hit ratio", f"{mean_read(ratio, lookup, query, fill):.4g} ms"),
        ("without", f"{query:.4g} ms"),
    )
    return Table("A mean read", ("", "takes"), rows)


def simulated(reads: float, ttl: float, value) -> Table:
    """Your hit ratio beside that of a simulated key."""
    count, hits, now, expires = 20_000, 0, 0.0, 0.0
    arrivals = random.Random(1)
    for _ in range(count):
        now += arrivals.expovariate(reads)
        if now < expires:
            hits += 1
        else:
            expires = now + ttl
    rows = (("simulated", f"{hits / count:.3f}"), ("your function", show(value)))
    return Table(f"{count:,} reads of one key at {reads:g} a second, TTL {ttl:g} s", ("", "hit ratio"), rows)
