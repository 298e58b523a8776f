"""The capstone's judges: the virtual day against the time it stands for, twice the same; every order."""

import subprocess
import sys
import time
import warnings
from collections.abc import Iterator

from cachelab import day, races, virtual
from cachelab.day import incidents
from cachelab.day.shop import Shop

from . import Row

VERDICT = 8.0  # seconds of processor time that the day of one answer may take
EXPLORED = 1.0  # seconds, for every order of the whole module


def rows() -> Iterator[Row]:
    """Yield each ratio with the figures behind it."""
    warnings.simplefilter("ignore")
    from tests.oracle.capstone.wrong import REFERENCE

    service = day.Service([("product_service.py", REFERENCE)])
    began = time.process_time()
    score = day.judge(service)
    took, passed, reads = time.process_time() - began, _virtual_seconds(service), _reads(score)
    told = f"{took:.1f} s of processor time for {passed:.0f} s, {reads:,} reads"
    yield Row("day: of the capstone / the time it stands for", took / passed, 0.1, told)
    yield Row(f"day: of the capstone / {VERDICT:g} s", took / VERDICT, 1.0, told)
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        again = [day.judge(service) for _ in range(3)]
    finally:
        loop.kill()
        loop.wait()
    other = sum(one != score for one in again)
    yield Row("day: runs beside a busy loop that differ / 1", float(other), 0.0, f"{other} of 3")
    began = time.process_time()
    orders = day.every_order(service)
    took = time.process_time() - began
    yield Row(
        f"day: every order of the module / {EXPLORED:g} s",
        took / EXPLORED,
        1.0,
        f"{took * 1e3:.0f} ms for {len(orders.lines)} crowds; {_orders(service):,} orders without a fault",
    )


def _reads(score: day.Score) -> int:
    return sum(phase.reads for phase in score.phases)


def _virtual_seconds(service: day.Service) -> float:
    """How long the day would take if somebody waited for it."""
    total = 0.0
    for incident in incidents.INCIDENTS:
        with virtual.time(seed=f"1 {incident.name}") as clock:
            shop = Shop(clock, service)
            shop.warm()
            incident.run(shop)
            total += clock.now
    return total


def _orders(service: day.Service) -> int:
    reports: list[races.Report] = [day.orders.explored(service, who) for _, who, *_ in day.orders.CROWDS]
    return sum(report.schedules for report in reports)
