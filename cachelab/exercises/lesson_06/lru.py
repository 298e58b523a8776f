"""06.5: the hit ratio of LRU on a trace."""

from collections.abc import Callable
from math import isclose
from numbers import Real

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.number import number
from cachelab.workload import trace
from cachelab.workload.policies import FIFO, LRU, Policy

CASES = [
    (list("BDABADBA"), 2),
    (list("DBCABCEABA"), 3),
    (list("ABABAB"), 1),
    (list("AAAA"), 3),
    (trace.zipf(3000, 300), 50),
    (trace.loop(2000, 125), 100),
    (trace.loop(2000, 100), 100),
]


@define(
    "06.5",
    "The hit ratio of LRU",
    minutes=10,
    hints=(
        "Keep the keys in the order of their last use. A hit moves its key to the end; a miss, when all is "
        "full, drops the first.",
        "A dict keeps the order in which keys were put in. `collections.OrderedDict` can move one to the "
        "end, and drop the first.",
        "First look whether the key is there. Only a miss can evict.",
    ),
)
def the_hit_ratio_of_lru(lab: Lab, hit_ratio):
    calls = [lab.call(hit_ratio, list(keys), room).finished() for keys, room in CASES]
    think = _think([call.value for call in calls])
    for (keys, room), call in zip(CASES, calls, strict=True):
        number(call, _lru(keys, room), (call.value, think))
    keys = trace.zipf(60_000, 60_000, skew=0.3)
    call = lab.call(hit_ratio, keys, 30_000, text="hit_ratio(60,000 requests, 30,000)")
    number(call, _lru(keys, 30_000))
    return "Right to the last hit. Compare a loop a little larger than memory with one that fits."


def _think(answers: list) -> str:
    """What to think about: a mistake is named if it leads to every one of the answers, for any two ways to
    count agree on some trace."""
    if not all(isinstance(answer, Real) for answer in answers):
        return ""
    if len(set(answers)) == 1:
        return "It is the same for every trace. How many of *these* requests hit?"
    for mistake, think in MISTAKES.items():
        led = (mistake(keys, room) for keys, room in CASES)
        if all(isclose(answer, wrong, rel_tol=1e-6) for answer, wrong in zip(answers, led, strict=True)):
            return think
    return ""


def _lru(keys: list, room: int) -> float:
    return _ratio(LRU(room), keys)


def _ratio(policy: Policy, keys: list) -> float:
    return policy.hits(keys).count(1) / len(keys)


def _newest_goes(keys: list, room: int) -> float:
    held, hits = {}, 0
    for key in keys:
        if key in held:
            hits += 1
            del held[key]
        elif len(held) >= room:
            held.popitem()
        held[key] = None
    return hits / len(keys)


def _among_the_last(keys: list, room: int) -> float:
    return sum(key in keys[max(0, at - room) : at] for at, key in enumerate(keys)) / len(keys)


MISTAKES: dict[Callable[[list, int], float], str] = {
    lambda keys, room: _ratio(FIFO(room), keys): "Does a hit change the order in which keys go?",
    lambda keys, room: _lru(keys, room + 1): "How many keys does it hold at most?",
    # to evict before looking comes to the same; with room for one, nothing is left to be found
    lambda keys, room: _lru(keys, room - 1) if room > 1 else 0.0: (
        "How many keys does it hold? Or does it make room before it looks? A hit needs no room."
    ),
    lambda keys, room: _lru(keys, len(keys)): "When it is full, does a key go?",
    _among_the_last: "How many *different* keys are in that many requests? A key takes one place.",
    _newest_goes: "Which key goes: the one used last, or the one unused for longest?",
    lambda keys, room: _lru(keys, room) + len(set(keys)) / len(keys): (
        "Who stored the key before its first request?"
    ),
    lambda keys, room: _lru(keys, room) * len(keys): "A ratio: hits for each request.",
    lambda keys, room: 1 - _lru(keys, room): "That is the share of misses.",
}
