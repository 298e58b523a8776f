"""06.6: a TTL with a reason.

Judged by the exact cost of a read (`workload/staleness.py`, which tests hold against a simulation), not by a
run in virtual time: with one write in 100,000 reads, a run of 60,000 reads has its cost wrong by half.
"""

import math
from numbers import Real

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.learner.words import show
from cachelab.workload.staleness import best_ttl, cost

CASES = (  # reads, writes a second, weight of a stale hit, oldest age allowed
    (100.0, 0.001, 10.0, 300.0),
    (1.0, 0.001, 10.0, 300.0),
    (1000.0, 0.0002, 1.0, 300.0),
    (20.0, 0.01, 3.0, 300.0),
    (50.0, 0.0001, 20.0, 600.0),
)
CAPPED = ((0.5, 0.0001, 1.0, 60.0), (5.0, 0.0, 10.0, 300.0), (5.0, 0.001, 0.0, 300.0))


@define(
    "06.6",
    "A TTL with a reason",
    minutes=8,
    hints=(
        "Write down the cost of a read: the share of misses, about 1/(λT), and the weight times the share of "
        "stale hits. A hit comes at any age up to T, so some μT/2 of them are stale. Where is the sum least?",
        "T = √(2/(λμ·weight)), or the oldest age allowed if that is less.",
        "What if nothing is ever written, or a stale answer costs nothing?",
    ),
)
def a_ttl_with_a_reason(lab: Lab, best):
    for reads, writes, weight, oldest in CASES + CAPPED:
        call = lab.call(best, reads, writes, weight, oldest).finished()
        value = call.value
        if isinstance(value, bool) or not isinstance(value, Real) or math.isnan(value) or value <= 0:
            raise call.wrong(f"it returned {show(value)}", "a number of seconds above 0")
        if value > oldest * (1 + 1e-9):
            think = "Whatever it would save: nothing may be older."
            raise call.wrong(f"it returned {value:.4g} s", f"{oldest:g} s at most", think)
        exact = _optimum(reads, writes, weight, oldest)
        least, paid = (cost(reads, writes, ttl, weight) for ttl in (exact, value))
        if paid > least * 1.05:
            rows = tuple(
                (who, f"{ttl:.2f} s", f"{cost(reads, writes, ttl, weight):.5f}")
                for who, ttl in (("yours", value), ("the best", exact))
            )
            raise call.wrong(
                f"it returned {value:.4g} s, and a read costs {paid / least - 1:.0%} more than it must",
                "at most 5% more than at the best TTL",
                _think(value, reads, writes, weight, oldest, exact),
                Table("Mean cost of a read, a miss being 1", ("", "TTL", "cost"), rows),
            )
    return "Hotter keys live shorter, what never changes lives as long as it may, and nothing lives longer."


def _think(value, reads, writes, weight, oldest, exact) -> str:
    def near(ttl):
        return math.isclose(value, ttl, rel_tol=0.01)

    if not (writes and weight):
        return "Nothing speaks against the oldest age that is allowed."
    if near(oldest):
        return "That is what is allowed at most, not what is best: too many stale answers."
    if near(best_ttl(reads, writes, 1)):
        return "What does the weight of a stale answer change?"
    if near(best_ttl(reads, writes, weight) / math.sqrt(2)):
        return "A hit comes at any age up to T: on average, how long ago was the fill?"
    if near(best_ttl(1 / reads, writes, weight)):
        return "The hotter a key, the more reads share one miss. Does that call for a longer TTL?"
    if near(2 / (reads * writes * weight)) or near(1 / writes) or near(1 / (writes * weight)):
        return "Misses fall with 1/T, stale answers rise with T. Is there a square root where these two meet?"
    return "Too many misses." if value < exact else "Too many stale answers."


def _optimum(reads, writes, weight, oldest) -> float:
    """The TTL of the least cost up to `oldest`, by looking at 4,000 of them."""
    tried = [oldest * (i / 4000) ** 3 for i in range(1, 4001)]
    return min(tried, key=lambda ttl: cost(reads, writes, ttl, weight))
