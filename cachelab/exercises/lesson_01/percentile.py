"""01.3: which reads a percentile is about."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.number import number
from cachelab.exercises.lesson_01.costs import chance


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
    cases += [some_case() for _ in range(12)]
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


def some_case() -> tuple[float, float, float, float]:
    """A percentile close to the hit ratio, on either side: no line of a hundred reads tells which it is."""
    ratio = round(chance.uniform(0.05, 0.99), 3)
    percentile = ratio + chance.choice((-1, 1)) * chance.choice((0.0005, chance.uniform(0.0005, 0.004)))
    hit = round(chance.uniform(0.1, 0.6), 2)
    return round(percentile, 5), ratio, hit, round(hit * chance.uniform(3, 90), 2)
