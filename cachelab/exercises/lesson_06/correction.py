"""06.1: a correction that keeps the end of life, in one trip, and never resurrects."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.cache_aside import contents
from cachelab.learner.words import counted, show

LIFE = 100  # seconds


@define(
    "06.1",
    "A correction that keeps its end",
    minutes=6,
    hints=(
        "SET stores a new entry, without a TTL. It has an option that keeps the one that is there.",
        "And if the entry has just ended? There is nothing to keep. Another option of SET stores only if the "
        "key exists.",
        "In redis-py the two are called `keepttl` and `xx`.",
    ),
    needs=("valkey",),
)
def a_correction_that_keeps_its_end(lab: Lab, correct):
    key, value = "user:7:city", "Lima"
    lab.cache.desk.set(key, "Oslo", ex=LIFE)
    lab.wait(LIFE * 0.4)
    call = lab.call(correct, lab.cache, key, value).finished()
    inside = contents(lab)
    if lab.cache.values().get(key) != [value.encode()]:
        raise call.wrong("afterwards the entry was not the new value", f"{key} holds {value}", "", inside)
    left = lab.cache.ttls()[key]
    if left is None:
        think = "What does SET make of the TTL that was there?"
        raise call.wrong("afterwards the entry never expires", "it ends when it would have", think, inside)
    if not LIFE * 0.6 - 5 <= left <= LIFE * 0.6 + 1:
        raise call.wrong(
            f"afterwards the entry expires in {left:.0f} s",
            f"it ends when it would have, in {LIFE * 0.6:.0f} s",
            "A correction does not make the value younger.",
            inside,
        )
    if len(call.trips) != 1:
        raise call.wrong(
            f"it made {counted(len(call.trips), 'round trip')} to the cache",
            "one round trip",
            "Between two trips the entry can end, or somebody else can write. Can one command do all of it?",
        )
    if call.value is not True:
        raise call.wrong(f"it returned {show(call.value)}", "True: the entry was there")

    with lab.log.during("when the entry has ended"):
        gone = lab.call(correct, lab.cache, "user:8:city", value).finished()
        if lab.cache.names() != [key]:
            think = "An entry that nobody filled from the database came back"
            left = lab.cache.ttls().get("user:8:city")
            think += ", and it never expires." if left is None else "."
            raise gone.wrong("afterwards there was an entry", "none: it stays gone", think, contents(lab))
        if gone.value is not False:
            raise gone.wrong(f"it returned {show(gone.value)}", "False: there was nothing to correct")
    return "One command, the same end, and nothing rises from the dead."
