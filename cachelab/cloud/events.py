"""What happened: the account's event log, in ElastiCache's order and words.

The messages are those of the user guide ("ElastiCache events"), of the TestFailover page of the API
reference, and of the AWS CLI's own examples. AWS keeps 14 days; this log lives as long as the account.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

GROUP, CLUSTER, SERVERLESS = "replication-group", "cache-cluster", "serverless-cache"
SERVERLESS_SNAPSHOT = "serverless-cache-snapshot"
PARAMETER_GROUP, USER = "cache-parameter-group", "user"

GROUP_CREATED = "Replication group {id} created"
GROUP_CREATE_FAILED = "Failed to create replication group {id}: {reason}"
GROUP_DELETED = "Replication group {id} deleted"
FAILOVER_ON = "Automatic failover has been turned on for replication group {id}"
FAILOVER_OFF = "Automatic failover has been turned off for replication group {id}"
TEST_FAILOVER = "Test Failover API called for node group {shard}"
FAILED_OVER = "Failover from primary node {old} to replica node {new} completed"
CLUSTER_CREATED = "Cache cluster created"
CLUSTER_CREATE_FAILED = "Failed to create the cache cluster due to incompatible network state"
CLUSTER_DELETED = "Cache cluster deleted"
NODE_ADDED = "Added cache node {node} in availability zone {zone}"
NODES_REMOVED = "Removed cache nodes {node}"
NODES_CHANGED = "Finished modifying number of nodes from {old} to {new}"
RECOVERING = "Recovering cache nodes {node}"
RECOVERED = "Finished recovery for cache nodes {node}"
NODE_SHUTDOWN = "Cache node {node} shutdown"
NODE_RESTARTED = "Cache node {node} restarted"
SCALED = "Succeeded applying modification to cache node type to {node_type}."
SCALE_DOWN_FAILED = (  # seen in aws-cloudformation/cloudformation-coverage-roadmap#2273
    "Failed to scale down to cache node type {node_type} because the node has insufficient memory"
)
PARAMETER_CHANGED = "Updated parameter {name} to {value}"
PARAMETER_GROUP_USED = "Updated to use a CacheParameterGroup {name}"
SECURITY_GROUP_CHANGED = "Applied change to security group"
SERVERLESS_CREATED = "Serverless cache {id} created"
SERVERLESS_DELETED = "Serverless cache {id} deleted"
SERVERLESS_SNAPSHOT_DONE = "Snapshot {id} created"
SNAPSHOT_DONE = "Snapshot succeeded for snapshot with ID '{snapshot}' of cache cluster with ID '{cluster}'"
SNAPSHOT_FAILED = "Snapshot failed for snapshot with ID '{snapshot}' of cache cluster with ID '{cluster}'"


@dataclass(frozen=True)
class Event:
    """One line of the log."""

    date: datetime
    source_type: str
    source: str
    message: str
    kind: str = ""  # the message before its words were filled in
    owner: str = ""  # the cache that the source was part of, if it is so no more

    def describe(self) -> dict:
        """As DescribeEvents returns it."""
        return {
            "SourceIdentifier": self.source,
            "SourceType": self.source_type,
            "Message": self.message,
            "Date": self.date,
        }

    def __str__(self) -> str:
        return f"{self.date:%H:%M:%S.%f}"[:-3] + f"  {self.source_type:<18} {self.source:<22} {self.message}"


class EventLog:
    """All events of one account and region, oldest first."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self.heard: Callable[[Event], None] = lambda event: None  # told of every event, in its order
        self._lock = threading.Lock()

    def tell(self, source_type: str, source: str, message: str, owner: str = "", **words: object) -> Event:
        """Add an event. `words` fill the message's places, with `id` standing for the source."""
        text = message.format(id=source, **words)
        with self._lock:
            event = Event(datetime.now(UTC), source_type, source, text, message, owner)
            self._events.append(event)
        self.heard(event)
        return event

    def __iter__(self):
        with self._lock:
            return iter(list(self._events))

    def select(
        self,
        source_type: str | None = None,
        source: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        minutes: int | None = None,
    ) -> list[Event]:
        """Events newest first, as AWS lists them: of the last hour, unless a time or duration is given."""
        now = datetime.now(UTC)
        if minutes is not None:
            length = timedelta(minutes=minutes)
            start, end = (start, start + length) if start else ((end or now) - length, end or now)
        elif start is None:
            start = (end or now) - timedelta(hours=1)
        chosen = [
            event
            for event in self
            if (source_type is None or event.source_type == source_type)
            and (source is None or event.source == source.lower())
            and _aware(start) <= event.date <= _aware(end or now)
        ]
        return chosen[::-1]


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
