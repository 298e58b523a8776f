"""06.2: a TTL that is spread, and never beyond what was promised."""

import math
from numbers import Real
from operator import add

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Table
from cachelab.learner.words import show

KEYS, BINS = 20_000, 20  # bins in one promise
FLOOR = 0.3  # of the promise
PEAK = 1.75  # of the even load; evenly between a half and the whole it is 1.5


@define(
    "06.2",
    "A TTL that keeps its promise",
    minutes=6,
    hints=(
        "All entries end within the share of the promise over which you draw. How wide must it be for a peak "
        "under twice the even load?",
        "The promise is the upper end of it. Draw anew at each call, and as a share: 30 s are much of a "
        "minute and nothing of a day.",
    ),
)
def a_ttl_that_keeps_its_promise(lab: Lab, ttl):
    peaks = []
    for promise in (300, 2, 86_400):
        call = lab.call(ttl, promise).finished()
        drawn = [_number(call, call.value)]
        drawn += [_number(call, ttl(promise)) for _ in range(2000)]
        if max(drawn) > promise:
            think = "The promise is the oldest an answer may be."
            raise call.wrong(f"a TTL of {max(drawn):.4g} s was drawn", f"{promise} s at most", think)
        if min(drawn) < FLOOR * promise - 1e-9:
            think = "An entry that ends much sooner costs hits. Is what you draw a share of the promise?"
            expected = f"{FLOOR * promise:g} s at least, three tenths of the promise"
            raise call.wrong(f"a TTL of {min(drawn):.4g} s was drawn", expected, think)
        different = len(set(drawn))
        if different < 100:
            what = "the same value each time" if different == 1 else f"{different} different values"
            think = "Entries with the same TTL end together. Is something rounded, or drawn only once?"
            raise call.wrong(f"2,001 calls gave {what}", "a new value each time", think)
        peak, generation, table = _peak(ttl, promise)
        if peak > PEAK:
            raise call.wrong(
                f"{KEYS:,} entries filled together: in round {generation} the peak of loads is {peak:.1f} "
                "times the even load",
                f"under {PEAK:g} times, in each of the first three rounds",
                "All entries end within the share of the promise over which you draw.",
                table,
            )
        peaks.append(peak)
    return f"Nothing lives too long, and the highest peak was {max(peaks):.1f} times the even load."


def _number(call, value) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise call.wrong(f"it returned {show(value)}", "a number of seconds")
    return float(value)


def _peak(ttl, promise: float) -> tuple[float, int, Table]:
    """(the highest load, in which round, loads by time), for entries that are read all the time."""
    counted, moments, lived, drawn = [0] * (3 * BINS), [0.0] * KEYS, 0.0, 0
    while moments:
        lives = [float(ttl(promise)) / promise for _ in moments]
        lived, drawn = lived + sum(lives), drawn + len(lives)
        moments = [at for at in map(add, moments, lives) if 0 <= at < 3]
        for at in moments:
            counted[int(at * BINS)] += 1
    even = KEYS / (lived / drawn) / BINS
    relative = [loads / even for loads in counted]
    highest = max(relative)
    shown = [max(relative[first : first + BINS // 4]) for first in range(0, 3 * BINS, BINS // 4)]
    rows = tuple((f"{i / 4:.2f} to {(i + 1) / 4:.2f}", f"{load:.1f}") for i, load in enumerate(shown))
    return (
        highest,
        relative.index(highest) // BINS + 1,
        Table("The highest load, 1 being even", ("promises since the fill", "load"), rows),
    )
