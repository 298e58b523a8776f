"""01.2: the hit ratio that keeps a database within its capacity."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.number import number
from cachelab.exercises.lesson_01.costs import chance


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
    cases += [(reads, capacity + chance.randrange(1, 99)) for reads, capacity in chance.sample(cases, 3)]
    for reads, capacity in cases:
        call = lab.call(needed_hit_ratio, reads, capacity)
        load = capacity / reads
        if load >= 1 and call.finished().value is None:
            think = "No cache is needed, and the hit ratio that takes is a number as well."
            raise call.wrong("it returned None", "0: the database can answer them all", think)
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
