"""Alarms: what they watch, the state they are in, and whom they tell.

The words of reasons are AWS's, as they stand in published notifications ("Threshold Crossed: 2 out of
the last 4 datapoints […] were greater than the threshold (10.7) (minimum 2 datapoints for OK -> ALARM
transition).").
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cachelab.learner.words import counted

from . import rules
from .arithmetic import ExpressionError, Window
from .judging import ALARM, COMPARISONS, EXTRA, INSUFFICIENT_DATA, OK, judge
from .queries import Query, solve
from .store import MINUTE, Store

ACTIONS = {ALARM: "AlarmActions", OK: "OKActions", INSUFFICIENT_DATA: "InsufficientDataActions"}
BORN = "Unchecked: Initial alarm creation"
FILLED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


@dataclass(eq=False)
class Alarm:
    """What all alarms have. `given` is the request that made it, in AWS's names."""

    name: str
    arn: str
    given: dict
    configured: datetime
    state: str = INSUFFICIENT_DATA
    reason: str = BORN
    reason_data: str = ""
    updated: datetime = field(default=None)
    actions_enabled: bool = True

    def __post_init__(self) -> None:
        self.updated = self.updated or self.configured

    def actions(self, state: str) -> list[str]:
        """Whom to tell when it goes to `state`."""
        return list(self.given.get(ACTIONS[state]) or ()) if self.actions_enabled else []

    def describe(self) -> dict:
        """As DescribeAlarms has it."""
        return {
            "AlarmName": self.name,
            "AlarmArn": self.arn,
            "AlarmDescription": self.given.get("AlarmDescription"),
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "ActionsEnabled": self.actions_enabled,
            "OKActions": list(self.given.get("OKActions") or ()),
            "AlarmActions": list(self.given.get("AlarmActions") or ()),
            "InsufficientDataActions": list(self.given.get("InsufficientDataActions") or ()),
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateReasonData": self.reason_data or None,
            "StateUpdatedTimestamp": self.updated,
            "StateTransitionedTimestamp": self.updated,
        }


WATCHED = (
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "Metrics",
)


@dataclass(eq=False)
class MetricAlarm(Alarm):
    """An alarm on a metric or on the result of metric math."""

    @property
    def evaluate(self) -> int:
        """N: how many periods are looked at."""
        return int(self.given["EvaluationPeriods"])

    @property
    def to_alarm(self) -> int:
        """M: how many of them must breach."""
        return int(self.given.get("DatapointsToAlarm") or self.evaluate)

    @property
    def missing(self) -> str:
        return self.given.get("TreatMissingData") or "missing"

    @property
    def queries(self) -> list[Query]:
        """What it watches, as GetMetricData would be asked for it."""
        if self.given.get("Metrics"):
            return [Query.read(row) for row in self.given["Metrics"]]
        return [Query.of_alarm(self.given)]

    @property
    def period(self) -> int:
        """Seconds."""
        return period_of(self.queries)

    def describe(self) -> dict:
        rows = {name: self.given[name] for name in WATCHED if self.given.get(name) is not None}
        if "Metrics" not in rows:
            rows.setdefault("Dimensions", [])
        return super().describe() | rows

    def values(self, store: Store, end: int) -> list[tuple[int, float | None]]:
        """What it sees at `end`: (time, value or None) for each period of its evaluation range."""
        period, span = self.period, self.evaluate + EXTRA
        window = Window(end - span * period, end, period, offset=end % period)
        queries = self.queries
        try:
            solved = solve(queries, store, window, aligned=False)
        except ExpressionError:
            return [(at, None) for at in window.grid()]
        (watched,) = [query.id for query in queries if query.returned]
        points = solved[watched][0].points if solved[watched] else {}
        return [(at, points.get(at)) for at in window.grid()]

    def breaches(self, value: float) -> bool:
        return COMPARISONS[self.given["ComparisonOperator"]][0](value, float(self.given["Threshold"]))

    def look(self, store: Store, end: int) -> tuple[str, str, str] | None:
        """The state it would now go to, the reason and its data; None if it stays where it is."""
        values = self.values(store, end)
        seen = [None if value is None else self.breaches(value) for _, value in values]
        verdict = judge(seen, self.evaluate, self.to_alarm, self.missing)
        if verdict.state in (None, self.state):
            return None
        known = [(at, value) for at, value in reversed(values) if value is not None][: self.evaluate]
        return verdict.state, self._reason(verdict, known), self._data(known, end)

    def _reason(self, verdict, known: list[tuple[int, float]]) -> str:
        if verdict.state == INSUFFICIENT_DATA:
            return f"Insufficient Data: {counted(self.evaluate, 'datapoint')} {_were(self.evaluate)} unknown."
        treated = ""
        if verdict.filled and self.missing in FILLED:
            number = counted(verdict.filled, "missing datapoint")
            treated = f"{number} {_were(verdict.filled)} treated as [{FILLED[self.missing]}]"
        alarm, threshold = verdict.state == ALARM, float(self.given["Threshold"])
        shown = [(at, value) for at, value in known if self.breaches(value) == alarm]
        if not shown and treated:
            periods = counted(verdict.filled, "period")
            return f"Threshold Crossed: no datapoints were received for {periods} and {treated}."
        breaching = alarm or not shown  # too few to ring are what keeps an alarm quiet, too
        shown = shown or known
        listed = ", ".join(
            f"{value!r} ({datetime.fromtimestamp(at, UTC):%d/%m/%y %H:%M:%S})" for at, value in shown
        )
        words = COMPARISONS[self.given["ComparisonOperator"]][1]
        verb = f"{_were(len(shown))} {'' if breaching else 'not '}{words}"
        least = self.to_alarm if breaching else self.evaluate - self.to_alarm + 1
        way = "OK -> ALARM" if breaching else "ALARM -> OK"
        return (
            f"Threshold Crossed: {len(shown)} out of the last {self.evaluate} datapoints [{listed}] {verb} "
            f"the threshold ({threshold!r}){' and ' + treated if treated else ''} "
            f"(minimum {counted(least, 'datapoint')} for {way} transition)."
        )

    def _data(self, known: list[tuple[int, float]], end: int) -> str:
        (watched,) = [query for query in self.queries if query.returned]
        data = {
            "version": "1.0",
            "queryDate": stamp(datetime.fromtimestamp(end, UTC)),
            "period": self.period,
            "recentDatapoints": [value for _, value in reversed(known)],
            "threshold": float(self.given["Threshold"]),
            "evaluatedDatapoints": [
                {"timestamp": stamp(datetime.fromtimestamp(at, UTC)), "value": value} for at, value in known
            ],
        }
        if watched.statistic:
            data["statistic"] = watched.statistic
        if known:
            data["startDate"] = stamp(datetime.fromtimestamp(known[-1][0], UTC))
        return json.dumps(data)


@dataclass(eq=False)
class CompositeAlarm(Alarm):
    """An alarm on the states of other alarms."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rule, self.children = rules.parse(self.given["AlarmRule"])

    def describe(self) -> dict:
        return super().describe() | {"AlarmRule": self.given["AlarmRule"]}

    def look(self, others: dict[str, Alarm]) -> tuple[str, str, str] | None:
        """As MetricAlarm.look."""
        state = ALARM if self.rule({name: alarm.state for name, alarm in others.items()}) else OK
        if state == self.state:
            return None
        known = [others[name] for name in self.children if name in others]
        latest = max(known, key=lambda alarm: alarm.updated, default=None)
        if latest is None:
            return state, f"The alarm rule {self.given['AlarmRule']} was evaluated to {state}.", ""
        when = f"{latest.updated:%A %d %B, %Y %H:%M:%S} UTC"
        return state, f"{latest.arn} transitioned to {latest.state} at {when}", ""


def period_of(queries: list[Query]) -> int:
    """The period an alarm on these queries is judged by: the metrics' own, the longest of them."""
    return max((query.period for query in queries if query.period), default=MINUTE)


def stamp(moment: datetime) -> str:
    """A time as notifications write it: 2018-11-02T14:49:02.612+0000"""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
