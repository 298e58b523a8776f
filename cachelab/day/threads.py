"""The module's web server while the cache hangs: how long a thread is held, and how many are."""

from __future__ import annotations

from cachelab import virtual
from cachelab.day.incidents import OUTAGE
from cachelab.day.module import Service
from cachelab.day.shop import THREADS, Shop


def hang_of(service: Service) -> float:
    """Seconds that one `get_product` takes in virtual time while the cache is a black hole: the first."""
    with virtual.time(seed="hang") as clock:
        shop = Shop(clock, service)
        shop.read(7)
        shop.cache.black_hole()
        began = clock.now
        shop.read(7)
        return clock.now - began


def taken(service: Service, rate: float = OUTAGE, seconds: float = 1.0) -> list[tuple[float, int]]:
    """(moment, threads taken) from the beginning of a black hole on, each time one is taken or given back."""
    with virtual.time(seed="threads") as clock:
        shop = Shop(clock, service)
        shop.warm()
        shop.cache.black_hole()
        began, changes = clock.now, []

        def request() -> None:
            changes.append((clock.now - began, 1))
            try:
                shop.read(7)
            finally:
                changes.append((clock.now - began, -1))

        clock.open(request, rate, seconds, threads=THREADS, patience=0.001)
    rows, busy = [], 0
    for at, change in sorted(changes):
        busy += change
        if at <= seconds:
            rows.append((at, busy))
    return [*rows, (seconds, rows[-1][1])] if rows else []
