"""What the three kinds of cache have in common: replication groups, clusters, serverless caches."""

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cachelab.engines.relay import Relay

from ..facts.catalog import Version
from ..plane.access import Access
from ..plane.memcached import MemcachedNode
from ..plane.node import Blueprint, Node
from ..plane.shard import Shard

NOTHING_THERE = ("creating", "create-failed", "deleting")  # statuses without endpoints


@dataclass(eq=False, kw_only=True)
class Cache(ABC):
    """A cache of any kind, with the engines running behind it."""

    id: str
    arn: str
    engine: str
    version: Version
    given: dict  # the parameters that are only kept and reported
    code: str = ""  # the six characters AWS puts into its addresses
    status: str = "creating"
    deferred: dict = field(default_factory=dict)  # changes that wait for the maintenance window
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    since: float = field(default_factory=time.monotonic)

    shards: list[Shard] = field(default_factory=list)  # its Valkey nodes; none for memcached
    memcached: list[MemcachedNode] = field(default_factory=list)

    door: Relay | None = None  # the configuration endpoint of a group in cluster mode
    at_door: threading.RLock = field(default_factory=threading.RLock)  # whoever points, changes or closes it

    # What only some kinds have, as it is for the others.
    tls: bool = False
    automatic_failover: bool = False
    multi_az: bool = False
    description: str | None = None
    snapshotting_id = None  # the node its backups are taken from, if that is settled

    @property
    def nodes(self) -> list[Node] | list[MemcachedNode]:
        return self.memcached or [node for shard in self.shards for node in shard.nodes]

    @property
    def primary(self) -> Node | None:
        """The node whose failure matters most, in a cache of one shard; memcached nodes are all alike."""
        return self.shards[0].primary if self.shards else None

    @property
    @abstractmethod
    def addresses(self) -> list[tuple[str, int]]:
        """Everywhere it listens."""

    @abstractmethod
    def aws_address(self, region: str, kind: str | None = None, node: Node | None = None) -> str:
        """What AWS would call its endpoint of this kind, or the address of one of its nodes."""

    @abstractmethod
    def close(self) -> None:
        """End everything it runs."""

    @property
    def blueprint(self) -> Blueprint | None:
        """What its Valkey nodes have in common; None for memcached."""
        return self.shards[0].blueprint if self.shards else None

    @property
    def access(self) -> Access | None:
        return self.blueprint.access if self.blueprint else None

    @property
    def cluster_mode(self) -> bool:
        return bool(self.blueprint and self.blueprint.cluster_mode)

    @property
    def retention(self) -> int:
        """How many automatic backups are kept, one a day; 0: none are made."""
        return self.given.get("SnapshotRetentionLimit") or 0

    @property
    def snapshot_window(self) -> str:
        """When the day's automatic backup begins, in UTC. (AWS chooses if nobody says.)"""
        return self.given.get("SnapshotWindow") or "05:00-06:00"

    @property
    def maintenance_window(self) -> str:
        """When changes that wait are applied, once a week, in UTC. (AWS chooses if nobody says.)"""
        return self.given.get("PreferredMaintenanceWindow") or "sun:06:00-sun:07:00"

    @property
    def there(self) -> bool:
        """Whether there is something to connect to."""
        return self.status not in NOTHING_THERE

    def point_door(self) -> None:
        """The configuration endpoint reaches any live node; clients learn the others from it."""
        live = [node for node in self.nodes if node.alive]
        with self.at_door:  # a repair may come to it while the cache is deleted
            if self.door and live:
                self.door.retarget(*(node.address for node in live))

    def shard(self, id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.id == id), None)

    def shard_of(self, node_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.node(node_id)), None)

    def apply_access(self) -> None:
        """Bring every live node's users up to date."""
        for node in self.nodes:
            if node.alive:
                node.apply_access()


def endpoint(address: tuple[str, int]) -> dict:
    return {"Address": address[0], "Port": address[1]}


def notification(given: dict) -> dict | None:
    """The SNS topic that hears of a cache's events, as AWS reports it."""
    if not given.get("NotificationTopicArn"):
        return None
    status = given.get("NotificationTopicStatus") or "active"
    return {"TopicArn": given["NotificationTopicArn"], "TopicStatus": status}


def log_deliveries(given: dict) -> list[dict]:
    """Log delivery as AWS reports it, as long as its log group is there (api/logs.py)."""
    return [{**row, "Status": "active"} for row in given.get("LogDeliveryConfigurations") or ()]


def present(answer: dict) -> dict:
    """An answer without what is not there."""
    return {key: value for key, value in answer.items() if value is not None}
