"""01.4: the hit ratio at which a cache that stores some of its misses is as fast as none."""

from functools import partial

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.number import number
from cachelab.exercises.lesson_01.costs import mean_read, some_costs
from cachelab.learner.words import show


@define(
    "01.4",
    "The hit ratio that pays",
    minutes=6,
    hints=(
        "Without a cache a read takes `query`. At which hit ratio does the mean read through the cache "
        "take as long?",
        "A miss is a look-up, a query, and a fill for the share that is stored. Set the mean equal to "
        "`query` and solve for h.",
        "Some caches never pay: which values of h can a cache not reach?",
    ),
)
def the_ratio_that_pays(lab: Lab, break_even):
    cases = [(0.25, 3.0, 0.25, 0.5), (0.25, 450.0, 0.3, 1), (0.3, 0.5, 0.4, 0.25), (0.25, 0.8, 0.3, 0)]
    cases += [(0.25, 0.2, 0.3, 0.5), (1.0, 0.9, 0.0, 1)]
    cases += [(lookup, query, fill, share) for share, lookup, query, fill in some_costs(6)]
    for lookup, query, fill, stored in cases:
        call = lab.call(break_even, lookup, query, fill, stored).finished()
        paid = stored * fill  # by a miss, on average
        ratio = (lookup + paid) / (query + paid)
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
            (
                (lookup + fill) / (query + fill),
                f"Of 100 misses, {100 * stored:g} are stored. Who else fills?",
            ),
            (lookup / query, "Does a miss cost no more than the query?"),
            (lookup / (query + paid), "Fill the cache, and pay for it."),
            ((lookup + paid) / query, "A hit saves the fill as well as the query."),
            (1 - ratio, "That is the miss ratio."),
            evidence=partial(at_this_ratio, lookup, query, paid),
        )
    return (
        "Above (lookup + stored·fill)/(query + stored·fill) the cache is faster than none: the fewer misses "
        "you store, the sooner. For a query cheaper than a look-up it never is."
    )


def at_this_ratio(lookup: float, query: float, paid: float, ratio) -> Table:
    """What a read costs at the ratio that was returned, beside what it costs without a cache."""
    rows = (
        ("with the cache, at your hit ratio", f"{mean_read(ratio, lookup, query, paid):.4g} ms"),
        ("without", f"{query:.4g} ms"),
    )
    return Table("A mean read", ("", "takes"), rows)
