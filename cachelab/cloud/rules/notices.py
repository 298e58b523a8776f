"""Whom a cache tells of itself: an SNS topic, and CloudWatch Logs."""

from ..asking import Ask
from .rule import CLUSTER, COMBINATION, SETTINGS, VALUE, Rule

_OLDEST = {"slow-log": (6, 0), "engine-log": (6, 2)}  # Redis OSS versions [UG Log_Delivery]


def _wanted(ask: Ask) -> list[dict]:
    return [row for row in ask["LogDeliveryConfigurations"] or () if row.get("Enabled") is not False]


def _incomplete(ask: Ask):
    for row in ask["LogDeliveryConfigurations"] or ():
        if not row.get("LogType"):
            return {"missing": "LogType"}
    for row in _wanted(ask):
        for name in ("DestinationType", "DestinationDetails", "LogFormat"):
            if not row.get(name):
                return {"missing": name}
    return None


def _wrong_details(ask: Ask):
    names = {"cloudwatch-logs": ("CloudWatchLogsDetails", "LogGroup")}
    names |= {"kinesis-firehose": ("KinesisFirehoseDetails", "DeliveryStream")}
    for row in _wanted(ask):
        kind, name = names[row["DestinationType"]]
        if not (row["DestinationDetails"].get(kind) or {}).get(name):
            return {"destination": row["DestinationType"], "missing": f"{kind}.{name}"}
    return None


def _too_old(ask: Ask):
    version = ask.target.version if ask.target and not ask["EngineVersion"] else ask.version
    for row in _wanted(ask):
        if ask.engine == "redis" and version and version.order < _OLDEST[row["LogType"]]:
            return {"log": row["LogType"], "least": ".".join(map(str, _OLDEST[row["LogType"]]))}
    return None


RULES = (
    Rule(
        "topic",
        SETTINGS,
        VALUE,
        "NotificationTopicArn {NotificationTopicArn} is no SNS topic of this account and region.",
        lambda ask: ask["NotificationTopicArn"] and not ask.topic_known,
        "BM",
    ),
    Rule(
        "topic-status",
        SETTINGS,
        VALUE,
        "NotificationTopicStatus {NotificationTopicStatus}: use active or inactive.",
        lambda ask: ask["NotificationTopicStatus"] not in (None, "active", "inactive"),
        "BM",
    ),
    Rule(
        "log-of-memcached",
        CLUSTER + ("ModifyCacheCluster",),
        COMBINATION,
        "Log delivery is available for Valkey and Redis OSS, and not for {engine}.",
        lambda ask: _wanted(ask) and ask.engine == "memcached",
        "UG Log_Delivery",
    ),
    Rule(
        "log-destination",
        SETTINGS,
        COMBINATION,
        "LogDeliveryConfigurations needs {missing}.",
        _incomplete,
        "BM",
    ),
    Rule(
        "log-details",
        SETTINGS,
        COMBINATION,
        "LogDeliveryConfigurations: DestinationType {destination} needs {missing} in DestinationDetails.",
        _wrong_details,
        "BM",
    ),
    Rule(
        "log-version",
        SETTINGS,
        COMBINATION,
        "{log} needs Redis OSS {least} or later.",
        _too_old,
        "UG Log_Delivery",
    ),
)
