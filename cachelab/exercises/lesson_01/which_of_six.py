"""01.6: which of six queries are worth caching."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.exercises.lesson_01.costs import chance, ratios
from cachelab.learner.words import show

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


def some_query() -> dict:
    return {
        "name": "another_query",
        "reads": chance.choice((1, 10, 100, 1000)),
        "keys": chance.choice((1, 100, 10_000, 1_000_000)),
        "query_ms": chance.choice((0.2, 0.6, 1.5, 4.0, 60.0)),
        "stale_s": chance.choice((0, 5, 60, 600)),
    }
