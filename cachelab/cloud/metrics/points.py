"""Data points as CloudWatch keeps them, and the statistics it makes of them.

A point is a *statistic set* (how many values, their sum, the least and the greatest) and, where single
values were put, the values with their counts: percentiles need those (CloudWatch user guide,
"CloudWatch statistics definitions").
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


class NoSuchStatistic(ValueError):
    """A statistic that this CloudWatch does not make; the message names it."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in one stretch of time."""

    count: float
    sum: float
    least: float
    greatest: float
    unit: str = "None"
    values: Mapping[float, float] | None = field(default=None, compare=False)
    """value -> how often; None if only the statistic set was put, or all values are the same."""

    @classmethod
    def of(cls, values: Mapping[float, float] | Iterable[float], unit: str = "None") -> "Point":
        """From values, or from a mapping of values to their counts.

        Raises ValueError if there are none, or one that is not finite.
        """
        counts = dict(values) if isinstance(values, Mapping) else Counter(float(value) for value in values)
        counts = {float(value): float(count) for value, count in counts.items() if count}
        if not counts:
            raise ValueError("a data point needs at least one value")
        total = sum(value * count for value, count in counts.items())
        if not math.isfinite(total) or min(counts.values()) < 0:
            raise ValueError(f"a data point needs finite values, and counts from 0 up; not {dict(counts)}")
        known = counts if len(counts) > 1 else None  # most points are of one value, and there are many points
        return cls(sum(counts.values()), total, min(counts), max(counts), unit, known)

    @classmethod
    def merged(cls, points: Iterable["Point"]) -> "Point":
        """Several points as one, for a longer period."""
        points = list(points)
        if len(points) == 1:
            return points[0]
        values: Counter | None = Counter()
        for point in points:
            known = point.spread()
            if known is None:
                values = None
                break
            for value, count in known.items():
                values[value] += count
        return cls(
            sum(point.count for point in points),
            sum(point.sum for point in points),
            min(point.least for point in points),
            max(point.greatest for point in points),
            points[0].unit,
            values,
        )

    def spread(self) -> Mapping[float, float] | None:
        """The values with their counts; a statistic set knows them only if they are all the same."""
        if self.values is not None:
            return self.values
        return {self.least: self.count} if self.least == self.greatest else None

    def statistic(self, name: str) -> float | None:
        """SampleCount, Average, Sum, Minimum, Maximum or a percentile (p0 to p100, "p99.9").

        None if AWS has none: a percentile of a statistic set whose values differ, or of negative values
        (GetMetricStatistics in the API reference). AWS does not say
        how it finds a percentile; here it is the smallest value that at least so many percent do not exceed
        (numpy's "inverted_cdf"), always one that was measured. Raises NoSuchStatistic.
        """
        check_statistic(name)
        if name == "Average":
            return self.sum / self.count
        if name in SIMPLE:
            simple = {
                "SampleCount": self.count,
                "Sum": self.sum,
                "Minimum": self.least,
                "Maximum": self.greatest,
            }
            return float(simple[name])
        spread = self.spread()
        return None if spread is None or self.least < 0 else percentile(spread, float(name[1:]))


def percentile(counts: Mapping[float, float], percent: float) -> float:
    """The smallest value that at least `percent` percent of all do not exceed; `counts`: value -> times."""
    ordered = sorted(counts.items())
    needed = percent / 100 * sum(count for _, count in ordered)
    seen = 0.0
    for value, count in ordered:
        seen += count
        if seen >= needed or math.isclose(seen, needed):
            return value
    return ordered[-1][0]


def check_statistic(name: str) -> None:
    """Raise NoSuchStatistic for a name that is none."""
    if name not in SIMPLE and not PERCENTILE.fullmatch(name):
        raise NoSuchStatistic(
            f"{name!r} is no statistic that can be made here: use {', '.join(SIMPLE)}, or p0 to p100."
        )
