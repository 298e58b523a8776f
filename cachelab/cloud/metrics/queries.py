"""What GetMetricData is asked: metrics with a statistic, and expressions over them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from . import arithmetic
from .arithmetic import ExpressionError, Series, Window
from .points import check_statistic
from .search import SearchError, matcher
from .store import MINUTE, Metric, Store

ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")
FOUND_AT_MOST = 500  # series of one SEARCH


@dataclass(frozen=True)
class Query:
    """One row of MetricDataQueries, or of an alarm's Metrics."""

    id: str
    label: str | None = None
    metric: Metric | None = None
    statistic: str | None = None
    period: int | None = None
    unit: str | None = None
    expression: str | None = None
    returned: bool = True

    @classmethod
    def read(cls, row: dict) -> "Query":
        """From AWS's names. Raises ExpressionError if it is neither a metric nor an expression."""
        returned = row.get("ReturnData")
        common = {"id": row["Id"], "label": row.get("Label"), "returned": returned is None or bool(returned)}
        if not ID.fullmatch(row["Id"]):
            raise ExpressionError(
                f"the Id {row['Id']!r} must begin with a lower-case letter, then letters, digits and _ only."
            )
        asked = row.get("MetricStat")
        if bool(asked) == bool(row.get("Expression")):
            raise ExpressionError(f"{row['Id']}: give either MetricStat or Expression.")
        if not asked:
            period = row.get("Period")
            return cls(expression=row["Expression"], period=int(period) if period else None, **common)
        return cls(
            metric=metric_of(asked["Metric"]),
            statistic=asked["Stat"],
            period=int(asked["Period"]),
            unit=asked.get("Unit"),
            **common,
        )

    @classmethod
    def of_alarm(cls, given: dict) -> "Query":
        """What an alarm on a single metric watches."""
        return cls(
            id="m1",
            metric=metric_of(given),
            statistic=given.get("Statistic") or given.get("ExtendedStatistic"),
            period=int(given["Period"]),
            unit=given.get("Unit"),
        )


def metric_of(row: dict) -> Metric:
    """From Namespace, MetricName and Dimensions."""
    dimensions = frozenset((pair["Name"], pair["Value"]) for pair in row.get("Dimensions") or ())
    return Metric(row.get("Namespace") or "", row.get("MetricName") or "", dimensions)


def solve(
    queries: Iterable[Query], store: Store, window: Window, aligned: bool = True
) -> dict[str, list[Series]]:
    """What each query finds in a window, by its id. `aligned`: see Store.points; alarms are not.

    Raises ExpressionError; NoSuchStatistic.
    """
    queries = {query.id: query for query in queries}
    solved: dict[str, list[Series]] = {}
    under_way: list[str] = []

    def metric(query: Query) -> Series:
        check_statistic(query.statistic)
        return read(store, query.metric, window, query.statistic, query.period, query.unit, query.id, aligned)

    def one(name: str) -> list[Series]:
        if name in solved:
            return solved[name]
        if name in under_way:
            raise ExpressionError(f"the expressions {', '.join(under_way)} ask for each other.")
        under_way.append(name)
        query = queries[name]
        solved[name] = [metric(query)] if query.metric else calculate(query)
        under_way.pop()
        return solved[name]

    def calculate(query: Query) -> list[Series]:
        mentioned = arithmetic.names(query.expression)
        needed = [
            other.id
            for other in queries.values()
            if other.id != query.id and (other.id in mentioned or ("*" in mentioned and other.metric))
        ]
        operands: dict[str, Series | list[Series]] = {}
        for name in needed:
            found = one(name)
            operands[name] = found[0] if len(found) == 1 else found
        periods = [queries[name].period for name in needed if queries[name].period]
        period = query.period or max(periods, default=window.period)
        around = Window(window.start, window.end, period, window.offset if aligned is False else 0)
        search = partial(find, store, around) if aligned else None
        try:
            found = arithmetic.evaluate(query.expression, operands, around, search)
            return [Series(series.points, series.label, series.id) for series in found]  # no metrics any more
        except ExpressionError as error:
            raise ExpressionError(f"Error in expression '{query.id}': {error}") from None

    for name in queries:
        one(name)
    return solved


def read(
    store: Store,
    metric: Metric,
    window: Window,
    statistic: str,
    period: int,
    unit: str | None = None,
    id: str = "",
    aligned: bool = True,
) -> Series:
    """One statistic of one metric."""
    start = window.start - window.start % min(period, MINUTE) if aligned else window.start
    points = store.points(metric, start, window.end, period, unit, aligned)
    values = {at: point.statistic(statistic) for at, point in points.items()}
    return Series({at: value for at, value in values.items() if value is not None}, metric.name, id, period)


def find(store: Store, window: Window, query: str, statistic: str, period: int) -> list[Series]:
    """SEARCH: every metric that matches, in the order of its dimensions."""
    try:
        test = matcher(query)
    except SearchError as error:
        raise ExpressionError(str(error)) from None
    check_statistic(statistic)
    metrics = sorted(filter(test, store), key=lambda metric: (metric.name, sorted(metric.dimensions)))
    several = len({metric.name for metric in metrics}) > 1
    found = []
    for metric in metrics[:FOUND_AT_MOST]:
        series = read(store, metric, window, statistic, period)
        words = [value for _, value in sorted(metric.dimensions)] + [metric.name] * several
        found.append(Series(series.points, " ".join(words) or metric.name, "", period))
    return found
