"""Where metrics are kept: one series of points for every namespace, name and *set* of dimensions.

CloudWatch treats each set of dimensions as another metric and never adds them up: what was published
for a node is not found under its group (CloudWatch user guide, "Dimensions").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .points import Point

MINUTE = 60
KEPT_DAYS = 15  # one-minute points; AWS then keeps them by five minutes and by the hour, up to 455 days
KEPT_POINTS = (
    24 * 60
)  # of one series: a day of minutes, so that a bench that steps for hours fits into memory
Dimensions = frozenset  # of (name, value)


@dataclass(frozen=True)
class Metric:
    """What identifies a series."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def named(cls, namespace: str, name: str, **dimensions: str) -> "Metric":
        """`Metric.named("AWS/ElastiCache", "CacheHits", CacheClusterId="shop-001")`"""
        return cls(namespace, name, frozenset(dimensions.items()))

    def describe(self) -> dict:
        """As ListMetrics has it."""
        return {
            "Namespace": self.namespace,
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(self.dimensions)],
        }


class Store:
    """All series of one account and region. Times are whole seconds since the epoch, UTC."""

    def __init__(self) -> None:
        self._series: dict[Metric, dict[str, dict[int, Point]]] = {}  # by unit, too: they are not mixed
        self._fine: set[Metric] = set()  # those with points by the second

    def put(self, metric: Metric, at: int, point: Point, resolution: int = MINUTE) -> None:
        """Add a point to what is known of its minute (of its second, with a resolution of 1)."""
        if at % resolution:
            at -= at % resolution
        if resolution < MINUTE:
            self._fine.add(metric)
        series = self._series.setdefault(metric, {}).setdefault(point.unit, {})
        series[at] = Point.merged([series[at], point]) if at in series else point
        if len(series) > KEPT_POINTS:
            del series[min(series)]

    def __iter__(self) -> Iterator[Metric]:
        return iter(list(self._series))

    def units(self, metric: Metric) -> list[str]:
        """The units a metric was put in; usually there is one."""
        return list(self._series.get(metric, ()))

    def points(
        self, metric: Metric, start: int, end: int, period: int, unit: str | None = None, aligned: bool = True
    ) -> dict[int, Point]:
        """One point a period, by the period's beginning; periods without data are absent.

        `start` is included, `end` is not. Periods begin at multiples of their length, as in GetMetricData;
        at `start` if not `aligned`, which is how alarms look. Without `unit`, points of all units together.
        """
        groups: dict[int, list[Point]] = {}
        offset = 0 if aligned else start
        for known, series in list(self._series.get(metric, {}).items()):
            if unit not in (None, known):
                continue
            for at, point in self._between(metric, series, start, end):
                if start <= at < end:
                    groups.setdefault(at - (at - offset) % period, []).append(point)
        return {at: Point.merged(points) for at, points in sorted(groups.items())}

    def _between(
        self, metric: Metric, series: dict[int, Point], start: int, end: int
    ) -> list[tuple[int, Point]]:
        """The points that may lie between: looked up where that is less work than going through all."""
        if metric in self._fine or (end - start) // MINUTE > len(series):
            return list(series.items())
        return [(at, series[at]) for at in range(start - start % MINUTE, end, MINUTE) if at in series]

    def forget(self, before: int) -> None:
        """Drop points older than `before`, and series that have none left."""
        for metric, by_unit in list(self._series.items()):
            for unit, series in list(by_unit.items()):
                for at in [at for at in series if at < before]:
                    del series[at]
                if not series:
                    del by_unit[unit]
            if not by_unit:
                del self._series[metric]
