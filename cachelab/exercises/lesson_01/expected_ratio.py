"""01.5: the hit ratio that follows from the rate of reads and the TTL."""

import math
import random
from functools import partial

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.exercises.asserts.number import number
from cachelab.exercises.lesson_01.costs import (
    chance,
)
from cachelab.learner.words import show


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
