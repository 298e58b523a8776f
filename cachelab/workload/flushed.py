"""A shop whose cache is emptied while it serves: real servers, and the success of each second.

flushed(get_product, cache, Disk(postgres, 0.02, arms=2))      # -> [1.0, 0.41, 0.0, 0.0, 0.0]
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from cachelab.workload.disk import Disk
from cachelab.workload.openloop import OpenLoop
from cachelab.workload.queueing.flush import SHOP

__all__ = ["SHOP", "flushed"]

WARM = 60  # seconds that what is there at first lives on


def flushed(
    ask: Callable[[int, Any, Any], Any],
    cache: Any,
    disk: Disk,
    seconds: float = 4.5,
    *,
    at: float = 1.0,
    workers: int = 60,
    seed: int = 1,
    **shop,
) -> list[float]:
    """Calls `ask(item, cache, db)` for the SHOP's customers (or others, given by the same names) and empties
    the cache `at` this moment. Returns the share of the requests of each second that were answered in time;
    a last second that is not whole is left out.

    The cache holds "item:0", "item:1" … at first. `db` is a connection of `disk`, one for each worker.
    """
    shop = SHOP | shop
    cache.flushall()
    with cache.pipeline(transaction=False) as pipeline:
        for item in range(shop["items"]):
            pipeline.set(f"item:{item}", "warm", ex=WARM)
        pipeline.execute()

    def empty():
        cache.flushall()
        print("flushed", end="", flush=True)

    words = {
        float(second): lambda second=second: print(f" · {second} s", end="", flush=True)
        for second in range(2, int(seconds) + 1)
    }
    load = OpenLoop(
        lambda item, db: ask(item, cache, db), workers=workers, connect=disk.connect, seed=seed, **shop
    )
    seen = load.run(seconds, at={at: empty} | words).per_second()
    print()
    share = seen["answered"] / np.maximum(1, seen["came"])
    return [round(float(one), 3) for one in share[: int(seconds)]]
