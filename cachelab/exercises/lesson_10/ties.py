"""10.2: points and time in one score, so that of two with equal points the first is above."""

import sys
from datetime import UTC, datetime

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, name_of
from cachelab.checks.verdict import Table, incorrect
from cachelab.exercises.asserts.pool import chance
from cachelab.learner.words import show

MOST = 1_000_000  # points
FIRST, LAST = (int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2025, 1, 1), (2037, 12, 31)))
DAY = 86_400.0  # seconds

Entry = tuple[int, int]  # points, when


@define(
    "10.2",
    "Ties go to the first",
    minutes=10,
    needs=("valkey",),
    hints=(
        "One number with two parts: the points decide, and only if they are equal the time. What must one "
        "point more be worth, so that no time ever outweighs it?",
        "Later is worse: count the seconds that are *left* until a day after 2037. And count digits: a score "
        "is exact up to 2⁵³, about 9,007,199,254,740,992.",
        "Seconds since 1970 stay below 2³¹ until 2038. A million times 2³¹ is about 2·10¹⁵: there is room. "
        "Is there room for milliseconds?",
    ),
)
def ties_go_to_the_first(lab: Lab, score):
    entries = _entries()
    scored = {entry: _scored(lab, score, entry) for entry in chance.sample(entries, len(entries))}
    lab.wait(DAY)
    for entry in chance.sample(entries, 3):
        if (call := lab.call(score, *entry).finished()).value != scored[entry]:
            raise call.wrong(
                f"a day later it returned {show(call.value)}, and the first time {show(scored[entry])}",
                "the same points and second have the same score, whenever they are stored",
                "What does it depend on, besides points and when?",
            )
    desk = lab.cache.desk
    # of two with equal scores, their names put the wrong one first
    names = {f"{place:04}": entry for place, entry in enumerate(entries)}
    desk.zadd("board", {name: scored[entry] for name, entry in names.items()})
    shown = [names[name.decode()] for name in desk.zrevrange("board", 0, -1)]
    desk.delete("board")
    for above, below in zip(entries, entries[1:], strict=False):
        if shown.index(above) > shown.index(below):
            raise _wrong(score, above, below, scored)
    return (
        f"{len(entries)} entries are in their order on a real server: a point more always counts more, a "
        "second earlier counts if nothing else does, up to a million points and the end of 2037."
    )


def _entries() -> list[Entry]:
    """In their right order, the best first: pairs that lie as near to each other as can be."""
    points = {0, 1, 2, 100, MOST - 1, MOST, *(chance.randrange(3, MOST - 1) for _ in range(12))}
    found = set()
    for one in points:
        for when in (FIRST, LAST - 1, chance.randrange(FIRST + 1, LAST - 2)):
            found |= {(one, when), (one, when + 1)}
    return sorted(found, key=lambda entry: (-entry[0], entry[1]))


def _scored(lab: Lab, score, entry: Entry) -> float:
    call = lab.call(score, *entry).finished()
    value = call.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise call.wrong(
            f"it returned {show(value)}", "a number, as a sorted set keeps it", "A score is a 64-bit float."
        )
    return value


def _wrong(score, above: Entry, below: Entry, scored: dict[Entry, float]):
    name, same = name_of(score), above[0] == below[0]
    kept = [float(scored[entry]) for entry in (above, below)]
    rows = tuple(
        (f"{points:,}", str(when), repr(float(scored[points, when]))) for points, when in (above, below)
    )
    if kept[0] == kept[1]:
        happened = "the sorted set keeps the same score for both, so the alphabet decides"
        think = "What of the second part is left in a 64-bit float? Count the digits of both parts."
        if scored[above] == scored[below]:
            think = "On what does your score depend, and how fine is it there?"
    else:
        happened = "the one that should be below is above"
        think = "Who was there first should have more." if same else "How much time is a point worth?"
    return incorrect(
        f"`{name}{above}` and `{name}{below}`, in a sorted set",
        happened,
        "of two with equal points, the one who was there first is above"
        if same
        else "whoever has a point more is above, whenever that was",
        think,
        Table("The two", ("points", "when", "score as it is kept"), rows),
    )
