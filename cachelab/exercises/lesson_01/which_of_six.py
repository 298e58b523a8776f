"""01.6: which of six queries are worth caching."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.exercises.lesson_01.costs import FILL_MS, LOOKUP_MS, chance, ratios
from cachelab.learner.words import show

FOR_THE_LOAD = "for the load"  # instead of False: no faster, and yet a relief for the database

SIX = (
    {"name": "get_user", "reads": 900, "keys": 100_000, "query_ms": 0.23, "stale_s": 300},
    {"name": "product_page", "reads": 400, "keys": 10_000, "query_ms": 2.6, "stale_s": 60},
    {"name": "order_history", "reads": 20, "keys": 100_000, "query_ms": 1.4, "stale_s": 30},
    {"name": "top_products", "reads": 2, "keys": 1, "query_ms": 450.0, "stale_s": 60},
    {"name": "stock_at_checkout", "reads": 150, "keys": 10_000, "query_ms": 0.9, "stale_s": 0},
    {"name": "newest_reviews", "reads": 30, "keys": 10_000, "query_ms": 0.8, "stale_s": 900},
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
        call = lab.call(worth_caching, dict(query))
        pays = expected > ratio
        if isinstance(call.finished().value, str) and call.value == FOR_THE_LOAD and not pays:
            if expected < 0.5:
                raise call.wrong(
                    f"it returned {FOR_THE_LOAD!r}",
                    "False",
                    f"What share of its reads would this cache keep from the database? ({expected:.1%})",
                )
            continue
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
        advice = "cache it" if expected > ratio else "for the load, or leave it"
        if expected < min(ratio, 0.5):
            advice = "leave it"
        rows.append((query["name"], f"{expected:.3f}", f"{ratio:.2f}", advice))
    return (
        "Two of the six pay at once, and one pays because its answers may be old. The one that may never be "
        "stale is better left alone. The fastest of all gets no faster, and yet its cache would keep three "
        "quarters of its reads from the database: on a busy one that is a reason, too.",
        Table("The six", ("query", "hit ratio to expect", "hit ratio that pays", ""), tuple(rows)),
    )


def some_query() -> dict:
    """A query whose hit ratio to expect is close to the one it needs, on either side: only the right formula
    tells which. Now and then one that may never be stale, or is faster than a look-up.
    """
    keys, query_ms = chance.choice((1, 100, 10_000, 1_000_000)), chance.choice((0.2, 0.3, 0.6, 1.5, 4, 60))
    needed = (LOOKUP_MS + FILL_MS) / (query_ms + FILL_MS)
    reads, stale_s = chance.choice((1, 10, 100, 1000)), chance.choice((0, 5, 60, 600))
    if needed < 1 and chance.random() < 0.9:
        expected = needed * chance.choice((1 / 1.06, 1 / 1.15, 1 / 1.4, 1.06, 1.15, 1.4))
        if expected < 0.995:
            stale_s = round(expected / (1 - expected) * keys / reads, 6)
    return {
        "name": "another_query",
        "reads": reads,
        "keys": keys,
        "query_ms": query_ms,
        "stale_s": stale_s,
    }
