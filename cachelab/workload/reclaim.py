"""How long the dead stay: Valkey's active expiry cycle, which looks for keys whose TTL has run out.

Ten times a second the server walks on through its table of keys that have a TTL, looks at 20 of them, and
removes the dead; while more than a tenth of those were dead, it looks at the next 20. A higher
`active-expire-effort` (1 to 10) looks at more and tolerates less: 5 keys more, and one point less, a step.
A look ends with a whole bucket, up to 7 keys, which is why 20 means some 23; shares are compared in whole
percents, cut off, so that at effort 10 one dead key in a look of 70 is tolerated, too.

Source: valkey-io/valkey, expire.c and hashtable.c. Assumed: nobody reads the dead (a read removes its key),
nothing comes or goes meanwhile. `PER_CYCLE` stands for the server's limit, a quarter of the processor's time:
how many keys that is depends on the machine.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CYCLE", "dead_left", "goes_on", "looked_at", "tolerated"]

CYCLE = 0.1  # seconds: `hz` 10
PER_CYCLE = 50_000  # keys removed in one cycle at most: 100,000 dead at once were gone after 0.2 to 0.3 s
BUCKET = 7  # keys a bucket of the table holds


def looked_at(effort: int) -> int:
    """Keys in one look, at least."""
    return 20 + 5 * (_checked(effort) - 1)


def tolerated(effort: int) -> float:
    """The share of dead keys at which the server leaves it at that."""
    return (10 - (_checked(effort) - 1)) / 100


def goes_on(dead: int, seen: int, percent: int = 10) -> bool:
    """Whether the server takes another look at once, having found `dead` among the keys it has `seen`."""
    return 100 * dead // seen > percent


def dead_left(
    keys: int, dead: int, seconds: float, effort: int = 1, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(moments in seconds, dead keys left), when `dead` of `keys` with a TTL run out at moment 0.

    Raises ValueError for more dead than keys, or an effort outside 1 to 10.
    """
    if not (keys >= 1 and 0 <= dead <= keys):
        raise ValueError(f"dead={dead!r} of keys={keys!r}: a part of at least one key")
    import numpy as np  # here: a browser has none, and the rules above need none

    chance, look = np.random.default_rng(seed), looked_at(effort)
    enough = round(100 * tolerated(effort))
    buckets = 1 << max(0, math.ceil(math.log2(keys / BUCKET)))
    # Keys, and dead ones, up to the beginning of each bucket: the walk is a place in these.
    ends = np.cumsum(chance.multinomial(keys, np.full(buckets, 1 / buckets)))
    is_dead = np.arange(keys) < dead
    chance.shuffle(is_dead)
    found = np.concatenate([[0], np.cumsum(is_dead)])[ends].tolist()
    upto, found = [0, *ends.tolist()], [0, *found]
    moments = np.arange(0, seconds + CYCLE / 2, CYCLE)
    left, at = np.zeros(len(moments)), 0
    left[0] = dead
    for number in range(1, len(moments)):
        most = found[at] + PER_CYCLE
        while found[at] < most and at < buckets:
            before, at = at, min(buckets, bisect_left(upto, upto[at] + look))
            if not goes_on(found[at] - found[before], upto[at] - upto[before], enough):
                break
        left[number] = dead - found[at]
        if not left[number]:
            break
    return moments, left


def _checked(effort: int) -> int:
    if not 1 <= effort <= 10:
        raise ValueError(f"effort={effort!r}: active-expire-effort lies between 1 and 10")
    return int(effort)
