"""06.5: the hit ratio of LRU on a trace."""

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab
from cachelab.exercises.asserts.number import number
from cachelab.workload import trace
from cachelab.workload.policies import FIFO, LRU


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
    cases = [
        ("BDABADBA", 2),
        ("DBCABCEABA", 3),
        ("ABABAB", 1),
        ("AAAA", 3),
        (trace.zipf(3000, 300).tolist(), 50),
        (trace.loop(2000, 125).tolist(), 100),
        (trace.loop(2000, 100).tolist(), 100),
    ]
    for requests, capacity in cases:
        keys = list(requests)
        call = lab.call(hit_ratio, list(keys), capacity)
        number(call, float(LRU(capacity).run(keys).mean()), *_mistakes(keys, capacity))
    keys = trace.zipf(60_000, 60_000, skew=0.3).tolist()
    call = lab.call(hit_ratio, keys, 30_000, text="hit_ratio(60,000 requests, 30,000)")
    number(call, float(LRU(30_000).run(keys).mean()))
    return "Right to the last hit. Compare a loop a little larger than memory with one that fits."


def _mistakes(keys: list, capacity: int) -> list[tuple[float, str]]:
    hits = LRU(capacity).run(keys).sum()
    told = [
        (float(FIFO(capacity).run(keys).mean()), "Does a hit change the order in which keys go?"),
        (float(LRU(capacity + 1).run(keys).mean()), "How many keys does it hold at most?"),
        (float((hits + len(set(keys))) / len(keys)), "Who stored the key before its first request?"),
        (_newest_goes(keys, capacity), "Which key goes: the one used last, or the one unused for longest?"),
        (float(hits), "A ratio: hits for each request."),
        (float(1 - hits / len(keys)), "That is the share of misses."),
    ]
    if capacity > 1:  # to evict before looking comes to the same
        think = "How many keys does it hold? Or does it make room before it looks? A hit needs no room."
        told.append((float(LRU(capacity - 1).run(keys).mean()), think))
    return told


def _newest_goes(keys, capacity: int) -> float:
    held, hits = {}, 0
    for key in keys:
        if key in held:
            hits += 1
            del held[key]
        elif len(held) >= capacity:
            held.popitem()
        held[key] = None
    return hits / len(keys)
