"""CloudWatch on paper: minutes are told instead of measured, so that an alarm can be tried on any day in
no time.

    paper = Paper(group="shop")
    paper.client.put_metric_alarm(…)                        # a boto3 client: nothing leaves the process
    paper.minute({"shop-001": {"CacheHitRate": 96.0}})      # one minute; a node not named has no points
    paper.states, paper.pages                               # what the alarms are at, whom they told what
    paper.again()                                           # another day for the same alarms

The same alarms, statistics and metric math as in the account in a box; no node, no server, no waiting.
"""

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from ..faults import Fault
from ..guard import ACCESS_KEY, REGION, SECRET_KEY
from .points import Point
from .published import NAMESPACE, dimension_sets, unit
from .requests import PERFORMED, perform
from .store import MINUTE, Metric, Store
from .watch import Clock, Watch

ACCOUNT = "123456789012"
Values = float | Iterable[float] | Mapping[float, float]  # one, several, or each with how often it came
# The set-up of whoever runs this plays no part: (key in the file, variable, default, conversion).
NO_PROFILE = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
_MEMBER = re.compile(r"(?:(\d{4})-)?\d{3}")  # what follows a group's name: 001, or 0001-001 in cluster mode


@cache
def nobodys_session():
    """A boto3 session with nobody's set-up, which has made a client already: what boto3 loads for the first
    one takes longer than most checks."""
    import boto3
    import botocore.session

    nobodys = botocore.session.Session(session_vars=NO_PROFILE)
    session = boto3.session.Session(ACCESS_KEY, SECRET_KEY, region_name=REGION, botocore_session=nobodys)
    session.client("cloudwatch")
    return session


class Paper:
    """A CloudWatch of its own. `group`: the replication group that nodes named after it belong to."""

    def __init__(self, group: str | None = None, start: datetime | None = None) -> None:
        self.group = group
        self.pages: list[dict[str, Any]] = []
        """Every notification so far, as SNS would deliver it."""
        clock = Clock(int(start.timestamp()) // MINUTE * MINUTE) if start else Clock()
        self.watch = Watch(REGION, ACCOUNT, "US East (N. Virginia)", clock, self._publish)
        self.client = nobodys_session().client("cloudwatch")
        self._given: dict = {}
        self.client.meta.events.register("provide-client-params.cloudwatch", self._keep)
        self.client.meta.events.register("before-call.cloudwatch", self._answer)

    def now(self) -> datetime:
        """The time on paper, in UTC."""
        return self.watch.clock.moment

    def minute(self, told: Mapping[str, Mapping[str, Values]] | None = None) -> None:
        """Let a minute pass. `told`: what AWS would have published, by node ("shop-001", "sessions/0002").

        Values are put under every set of dimensions that AWS publishes them under, and no other. Raises
        ValueError for what cannot be told.
        """
        for node, metrics in _read(told).items():
            for name, values in metrics.items():
                point = _point(node, name, values)
                for dimensions in dimension_sets(name, self._about(node), self._role(metrics)):
                    metric = Metric(NAMESPACE, name, frozenset(dimensions.items()))
                    self.watch.store.put(metric, self.watch.clock.now, point)
        self.watch.clock.now += MINUTE
        self.watch.judge()

    def again(self, history: Iterable[Mapping[str, Mapping[str, Values]]] = ()) -> None:
        """Another day for the same alarms: they are as newly put, and there are no pages yet. The only points
        are those of `history`, the minutes just before, each told as to `minute`."""
        alarms = list(self.watch.alarms.values())
        self.watch.alarms.clear()
        self.watch.store = Store()
        for told in history:
            self.minute(told)
        self.pages.clear()
        self.watch.history.clear()
        for old in alarms:
            alarm = type(old)(old.name, old.arn, old.given, self.now(), actions_enabled=old.actions_enabled)
            self.watch.alarms[alarm.name] = alarm

    @property
    def states(self) -> dict[str, str]:
        """Every alarm's state, by its name."""
        return {name: alarm.state for name, alarm in self.watch.alarms.items()}

    # Inside.

    def _about(self, node: str) -> dict[str, str | None]:
        cluster, _, number = node.partition("/")
        about: dict[str, str | None] = {"CacheClusterId": cluster, "CacheNodeId": number or "0001"}
        if self.group and cluster.startswith(f"{self.group}-"):
            member = _MEMBER.fullmatch(cluster.removeprefix(f"{self.group}-"))
            if member:
                about |= {"ReplicationGroupId": self.group, "NodeGroupId": member[1] or "0001"}
        return about

    def _role(self, metrics: Mapping[str, Values]) -> str | None:
        if "IsMaster" not in metrics:
            return None
        return "Primary" if metrics["IsMaster"] else "Replica"

    def _publish(self, arn: str, subject: str, message: str) -> None:
        self.pages.append(json.loads(message))

    def _keep(self, params: dict, model: Any, **_: Any) -> None:
        self._given = dict(params)

    def _answer(self, model: Any, **_: Any):
        """Answer a call before it is sent."""
        fault: Fault | None = None
        try:
            if model.name not in PERFORMED:
                raise Fault("NotImplemented", f"{model.name} is not on paper: use an account in a box.")
            answer = perform(self.watch, model, self._given)
        except Fault as raised:
            fault = raised
        if fault:
            wrong = {"Error": {"Code": fault.code, "Message": fault.message}}
            raise self.client.exceptions.from_code(fault.code)(wrong, model.name)
        answer = {name: value for name, value in answer.items() if value is not None}
        return SimpleNamespace(status_code=200), answer | {"ResponseMetadata": {"HTTPStatusCode": 200}}


def _read(told: Any) -> Mapping[str, Mapping[str, Values]]:
    """What `minute` was given, if it is told by node and by name."""
    told = {} if told is None else told
    if isinstance(told, Mapping) and all(isinstance(metrics, Mapping) for metrics in told.values()):
        if all(
            isinstance(name, str) and name for name in (*told, *(n for row in told.values() for n in row))
        ):
            return told
    raise ValueError(
        f'minute({told!r}): tell values by node, such as {{"shop-001": {{"CacheHitRate": 96.0}}}}.'
    )


def _point(node: str, name: str, values: Values) -> Point:
    """One metric of one node in a minute."""
    if isinstance(values, (int, float)) and math.isfinite(values):  # the usual case, many times a minute
        return Point(1.0, float(values), float(values), float(values), unit(name))
    try:
        if isinstance(values, (str, bytes, float)) or values is None:
            raise ValueError("a finite number is needed, or several")
        return Point.of(values, unit(name))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} of {node} cannot be {values!r}: {error}.") from None
