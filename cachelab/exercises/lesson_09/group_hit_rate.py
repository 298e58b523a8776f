"""09.2: the hit rate of a whole group, by metric math over its nodes."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import fmean

from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.checks.verdict import Table
from cachelab.learner.words import describe, show

START = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
Counts = dict[str, tuple[float, float]]  # hits and misses, by node; a dead node is absent

# Two groups in one account: three nodes looked at by the minute, two by five minutes.
SHOP = ("shop-001", "shop-002", "shop-003")
SESSIONS = ("sessions-001", "sessions-002")
MINUTES: list[Counts] = [
    {
        **({"shop-001": (11_400 + 60 * n, 600 - 10 * n)} if n != 8 else {"shop-001": (0, 0)}),
        **({"shop-002": (300, 300 + n)} if n not in (3, 4, 5, 8) else {}),
        **({"shop-003": (40, 10 + n)} if n != 8 else {"shop-003": (0, 0)}),
        "sessions-001": (900, 100),
        **({"sessions-002": (5000, 5000)} if not 2 <= n < 5 else {}),
    }
    for n in range(10)
]


@define(
    "09.2",
    "The hit rate of a group",
    minutes=10,
    hints=(
        "Three nodes, three hit rates: their mean is not the group's, unless all are asked equally often. "
        "What can be added up?",
        "Hits can, and misses can. `MetricStat` rows fetch them with the statistic `Sum`; one `Expression` "
        "row divides, and only that one returns data.",
        "In metric math a missing point counts as 0 in a sum, so a dead node needs no care there. It does in "
        "`AVG`. And 0/0 is no point, which is right: do not fill it.",
    ),
    needs=("paper",),
)
def the_hit_rate_of_a_group(lab: Lab, hit_rate):
    paper = lab.paper("shop", START)
    for counts in MINUTES:
        paper.minute({node: _told(*pair) for node, pair in counts.items()})
    for nodes, period in ((SHOP, 60), (SESSIONS, 300), (SHOP, 300)):
        call = lab.call(hit_rate, list(nodes), period).finished()
        rows = _rows(call)
        with lab.log.ours():
            answer = _asked(call, paper, rows)
            _compare(call, nodes, period, answer, rows)
            _as_an_alarm(call, paper, rows)
    return (
        "Added up first, divided then: a busy node weighs more than an idle one, a dead one nothing, and a "
        "minute without reads has no hit rate. An alarm can watch it, too."
    )


def _told(hits: float, misses: float) -> dict[str, float]:
    rate = {"CacheHitRate": 100 * hits / (hits + misses)} if hits + misses else {}
    return {"CacheHits": hits, "CacheMisses": misses, "CurrConnections": 12.0, **rate}


def _rows(call: Trial) -> list[dict]:
    rows = call.value
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows) or not rows:
        think = "The function asks nothing of CloudWatch: it says what is to be asked."
        if rows is None:
            think = "Is there a path through the function without a `return`?"
        raise call.wrong(
            f"it returned {show(rows)}", "a list of dicts, as `MetricDataQueries` takes them", think
        )
    return list(rows)


def _asked(call: Trial, paper, rows: list[dict]) -> dict[datetime, float]:
    end = paper.now()
    window = {"StartTime": START, "EndTime": end, "ScanBy": "TimestampAscending"}
    try:
        found = paper.client.get_metric_data(MetricDataQueries=rows, **window)["MetricDataResults"]
    except Exception as error:
        raise call.wrong(f"`get_metric_data` refused it: {describe(error)}", "one line of values") from None
    if len(found) != 1:
        names = ", ".join(row["Id"] for row in found[:6])
        raise call.wrong(
            f"it returns {len(found)} lines: {names}" if found else "it returns no line",
            "one line: the hit rate of the group",
            "Which rows are only there for the expression? `ReturnData` says so."
            if len(found) > 1
            else "What was to be returned?",
        )
    return dict(zip(found[0]["Timestamps"], found[0]["Values"], strict=True))


def _as_an_alarm(call: Trial, paper, rows: list[dict]) -> None:
    try:
        paper.client.put_metric_alarm(
            AlarmName="hit rate of the group",
            Metrics=rows,
            ComparisonOperator="LessThanThreshold",
            Threshold=80,
            EvaluationPeriods=5,
        )
    except Exception as error:
        raise call.wrong(
            f"`put_metric_alarm(Metrics=…)` refused it: {describe(error)}", "an alarm can watch it, too"
        ) from None


# --- what it should be ---


def _periods(nodes: Iterable[str], period: int) -> dict[datetime, list[Counts]]:
    """The minutes of these nodes, by the beginning of their period."""
    each = period // 60
    return {
        START + timedelta(minutes=first): [
            {node: counts[node] for node in nodes if node in counts}
            for counts in MINUTES[first : first + each]
        ]
        for first in range(0, len(MINUTES), each)
    }


def _total(minutes: list[Counts]) -> tuple[float, float]:
    pairs = [pair for counts in minutes for pair in counts.values()]
    return sum(hits for hits, _ in pairs), sum(misses for _, misses in pairs)


def _compare(
    call: Trial, nodes: tuple[str, ...], period: int, answer: dict[datetime, float], rows: list[dict]
) -> None:
    periods = _periods(nodes, period)
    rates = {at: _rate(*_total(minutes)) for at, minutes in periods.items()}
    for at, wanted in rates.items():
        value = answer.get(at)
        same = (
            value is None
            if wanted is None
            else value is not None and math.isclose(value, wanted, rel_tol=1e-6)
        )
        if same:
            continue
        when = f"at {at:%H:%M}"
        had = "there is no value" if value is None else f"the value is {value:.2f}"
        should = "there is none: nobody asked for anything" if wanted is None else f"it is {wanted:.2f}"
        think = _think(value, wanted, list(nodes), periods[at])
        statistics = {row["MetricStat"]["Stat"] for row in rows if "MetricStat" in row and _counts(row)}
        if statistics - {"Sum"}:
            think = (
                f"`{min(statistics - {'Sum'})}` of a counter: what does it make of a period of five minutes?"
            )
        if {row["MetricStat"]["Period"] for row in rows if "MetricStat" in row} - {period}:
            think = f"Every `MetricStat` has a period. Here, {period} seconds were asked for."
        raise call.wrong(f"{when} {had}", f"{when} {should}", think, _table(periods, rates, answer))
    if extra := sorted(set(answer) - set(rates)):
        raise call.wrong(f"there is a value at {extra[0]:%H:%M}, between two periods", "one for each period")


def _counts(row: dict) -> bool:
    return row["MetricStat"]["Metric"]["MetricName"] in ("CacheHits", "CacheMisses")


def _rate(hits: float, misses: float) -> float | None:
    return 100 * hits / (hits + misses) if hits + misses else None


def _think(value: float | None, wanted: float | None, nodes: list[str], minutes: list[Counts]) -> str:
    if wanted is None:
        return "The hit rate of no reads is not 0 %, and not 100 %: an alarm would believe you."
    if value is None:
        if all(len(counts) < len(nodes) for counts in minutes):
            return "A node was dead. Which part of your expression has no value then?"
        return "Are names, dimensions and statistic as AWS publishes them?"

    def near(other: float | None) -> bool:
        return other is not None and math.isclose(value, other, rel_tol=1e-6)

    by_node = {node: [counts[node] for counts in minutes if node in counts] for node in nodes}
    totals = {node: (sum(h for h, _ in row), sum(m for _, m in row)) for node, row in by_node.items() if row}
    rates = [rate for pair in totals.values() if (rate := _rate(*pair)) is not None]
    singles = {node: [r for pair in row if (r := _rate(*pair)) is not None] for node, row in by_node.items()}
    means = [fmean(row) for row in singles.values() if row]
    if near(wanted / 100):
        return "In percent, as `CacheHitRate` is."
    if near(100 - wanted) or near(1 - wanted / 100):
        return "That is the share of misses."
    if len(rates) < len(nodes) and any(near(sum(some) / len(nodes)) for some in (rates, means)):
        return "A dead node has no points, and `AVG` counts a missing one as 0."
    if any(near(sum(some) / len(some)) for some in (rates, means) if some):
        return "Node by node, then the mean: an idle node weighs as much as a busy one. What can be added up?"
    if any(near(rate) for rate in rates) and len(rates) > 1:
        return "That is one node's. What of the others?"
    hits, misses = _total(minutes)
    if misses and near(100 * hits / misses):
        return "Hits for each miss. Which reads are all reads?"
    if any(len(counts) < len(nodes) for counts in minutes):
        return "A node was dead. Whose reads does your expression still count?"
    return "What is added up, and what is divided by what?"


def _table(periods, rates, answer) -> Table:
    rows = []
    for at, minutes in periods.items():
        hits, misses = _total(minutes)
        alive = min(len(counts) for counts in minutes)
        shown = [f"{value:.2f}" if value is not None else "none" for value in (rates[at], answer.get(at))]
        rows.append((f"{at:%H:%M}", str(alive), f"{hits:,}", f"{misses:,}", *shown))
    return Table("The group", ("", "nodes alive", "hits", "misses", "hit rate", "yours"), tuple(rows))
