"""The capstone's live day on the page: a chart that grows with each phase, and CloudWatch's minutes."""

import math
import warnings
from collections.abc import Callable

from IPython.display import display

from cachelab.day.live import METRICS, Seen, live
from cachelab.day.module import Service
from cachelab.day.shop import CAPACITY, DEADLINE

from .chart import Chart

__all__ = ["Dashboard", "live_day"]

LATE = 0.05  # seconds; a quiet machine is late by some milliseconds
COLUMNS = dict(zip(METRICS, ("hits", "misses", "new con.", "memory %"), strict=True))


class Dashboard:
    """What the live day has shown so far: `add` a phase, `text()` is all of it."""

    def __init__(self):
        self.seen: list[Seen] = []
        self.slow = Chart(
            "p99 of the customers, second by second", x="second", y="p99", y_unit="s", height=130
        )
        self.slow.step("p99").threshold("too late", DEADLINE)
        self.load = Chart("Queries of the database", x="second", y="queries a second", height=130)
        self.load.step("queries").threshold("it can do", CAPACITY)

    def add(self, seen: Seen) -> None:
        self.seen.append(seen)
        seconds = [second for one in self.seen for second in one.phase.seconds]
        at = list(range(len(seconds)))
        self.slow.update("p99", at, [min(p99, 1.5 * DEADLINE) for _, p99, _ in seconds])
        self.load.update("queries", at, [queries for *_, queries in seconds])
        print(self.row(seen), flush=True)

    @staticmethod
    def heading() -> str:
        above = f"{'':57}CloudWatch, the primary's minute"
        names = "".join(f"{name:>9}" for name in COLUMNS.values())
        return f"{above}\n{'':23}{'reads':>6}{'failed':>8}{'slow':>7}{'p99':>10}{names}"

    @staticmethod
    def row(seen: Seen) -> str:
        phase = seen.phase
        p99 = f"{phase.p99 * 1e3:,.0f} ms" if math.isfinite(phase.p99) else "never"
        minute = "".join(f"{_shown(seen.minute.get(name)):>9}" for name in COLUMNS)
        why = "".join(f"\n    {count} × {what}" for what, count in phase.seen.most_common(1))
        if seen.late > LATE:
            why += f"\n    this machine was busy: a customer was sent {seen.late:.2f} s too late"
        return f"{phase.name:23}{phase.reads:>6}{phase.failed:>8.1%}{phase.slow:>7.1%}{p99:>10}{minute}{why}"

    def text(self) -> str:
        return "\n".join([self.heading(), *map(self.row, self.seen)])


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"


def live_day(*functions: Callable) -> None:
    """Run the live day of the module in which these functions stand; about a minute.

    Nothing of it is scored: a busy machine is slow, and that is not your module's fault.
    """
    dashboard = Dashboard()
    display(dashboard.slow, dashboard.load)
    print("opening the account, and ordering …")
    print(dashboard.heading(), flush=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they would stand between the rows
        found = live(Service.of(*functions), dashboard.add)
    print("\nOn AWS this would go on costing, until it is deleted:", *found.bill, sep="\n")
