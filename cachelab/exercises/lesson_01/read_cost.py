"""01.1: the mean of hits and misses."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.number import number
from cachelab.exercises.lesson_01.costs import COSTS, mean_read, some_costs


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
