"""CloudWatch of one account and region: its metrics, its alarms, what became of them, and whom they told."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .alarms import Alarm, CompositeAlarm, MetricAlarm, stamp
from .store import KEPT_DAYS, MINUTE, Store

HOUR = 60 * MINUTE
DAY = 24 * HOUR
Publish = Callable[[str, str, str], None]  # (the ARN of a topic, subject, message)


@dataclass
class Clock:
    """The account's time: it stands still until somebody steps it. Seconds since the epoch, whole minutes."""

    now: int = field(default_factory=lambda: int(datetime.now(UTC).timestamp()) // MINUTE * MINUTE)

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@dataclass
class Watch:
    """One region's CloudWatch."""

    region: str
    account: str
    region_name: str  # as notifications call it: US East (N. Virginia)
    clock: Clock
    publish: Publish
    partition: str = "aws"
    store: Store = field(default_factory=Store)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    history: list[dict] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def arn(self, alarm: str) -> str:
        return f"arn:{self.partition}:cloudwatch:{self.region}:{self.account}:alarm:{alarm}"

    def judge(self) -> None:
        """A minute is over: every alarm looks at what it watches; those that change tell whom they should."""
        with self.lock:
            if self.clock.now % HOUR == 0:
                self.store.forget(self.clock.now - KEPT_DAYS * DAY)
            for alarm in list(self.alarms.values()):
                if isinstance(alarm, MetricAlarm) and (change := alarm.look(self.store, self.clock.now)):
                    self.change(alarm, *change)
            for _ in self.alarms:  # a composite alarm may watch another
                changed = [
                    self.change(alarm, *change)
                    for alarm in list(self.alarms.values())
                    if isinstance(alarm, CompositeAlarm) and (change := alarm.look(self.alarms))
                ]
                if not changed:
                    break

    def change(self, alarm: Alarm, state: str, reason: str, data: str) -> None:
        """An alarm goes to another state, and tells whom it should."""
        old, before = alarm.state, (alarm.state, alarm.reason, alarm.reason_data)
        alarm.state, alarm.reason, alarm.reason_data = state, reason, data
        alarm.updated = self.clock.moment
        summary = f"Alarm updated from {old} to {state}"
        names = ("stateValue", "stateReason", "stateReasonData")
        after = (alarm.state, alarm.reason, alarm.reason_data)
        self.remember(
            alarm,
            "StateUpdate",
            summary,
            oldState=dict(zip(names, before, strict=True)),
            newState=dict(zip(names, after, strict=True)),
        )
        if old == state:
            return
        for arn in alarm.actions(state):
            self._tell(arn, alarm, old)

    def _tell(self, arn: str, alarm: Alarm, old: str) -> None:
        subject = f'{alarm.state}: "{alarm.name}" in {self.region_name}'
        try:
            self.publish(arn, subject, json.dumps(self.notification(alarm, old)))
        except Exception as error:  # a topic that is gone: AWS goes on too, and says so in the history
            summary, outcome = f"Failed to execute action {arn}. Received error: {error}", "Failed"
        else:
            summary, outcome = f"Successfully executed action {arn}", "Succeeded"
        self.remember(
            alarm,
            "Action",
            summary,
            actionState=outcome,
            stateUpdateTimestamp=stamp(alarm.updated),
            notificationResource=arn,
        )

    def notification(self, alarm: Alarm, old: str) -> dict:
        """The message that a topic gets, as AWS writes it."""
        given = alarm.given
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": given.get("AlarmDescription"),
            "AWSAccountId": self.account,
            "AlarmConfigurationUpdatedTimestamp": stamp(alarm.configured),
            "NewStateValue": alarm.state,
            "NewStateReason": alarm.reason,
            "StateChangeTime": stamp(alarm.updated),
            "Region": self.region_name,
            "AlarmArn": alarm.arn,
            "OldStateValue": old,
            "OKActions": given.get("OKActions") or [],
            "AlarmActions": given.get("AlarmActions") or [],
            "InsufficientDataActions": given.get("InsufficientDataActions") or [],
        }
        if isinstance(alarm, CompositeAlarm):
            return message | {"AlarmRule": given["AlarmRule"]}
        trigger = {
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluate,
            "DatapointsToAlarm": alarm.to_alarm,
            "ComparisonOperator": given["ComparisonOperator"],
            "Threshold": float(given["Threshold"]),
            "TreatMissingData": given.get("TreatMissingData") or "",
            "EvaluateLowSampleCountPercentile": given.get("EvaluateLowSampleCountPercentile") or "",
        }
        if given.get("Metrics"):
            return message | {"Trigger": {"Metrics": given["Metrics"]} | trigger}
        percentile = given.get("ExtendedStatistic")
        kind = {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": percentile} if percentile else {}
        return message | {
            "Trigger": {
                "MetricName": given["MetricName"],
                "Namespace": given["Namespace"],
                **(kind or {"StatisticType": "Statistic", "Statistic": given["Statistic"].upper()}),
                "Unit": given.get("Unit"),
                "Dimensions": [
                    {"value": pair["Value"], "name": pair["Name"]} for pair in given.get("Dimensions") or ()
                ],
                **trigger,
            }
        }

    def remember(self, alarm: Alarm, kind: str, summary: str, **data: object) -> None:
        """A line of an alarm's history, newest last."""
        self.history.append(
            {
                "AlarmName": alarm.name,
                "AlarmType": "CompositeAlarm" if isinstance(alarm, CompositeAlarm) else "MetricAlarm",
                "Timestamp": self.clock.moment,
                "HistoryItemType": kind,
                "HistorySummary": summary,
                "HistoryData": json.dumps({"version": "1.0", **data}, default=str),
            }
        )
