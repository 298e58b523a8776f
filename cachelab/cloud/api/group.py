"""A replication group as a resource: what was asked for, what it has become, how AWS would describe it."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ...engines.relay import Relay
from ..catalog import Version
from ..parameters import ParameterGroup
from ..plane.access import Access
from ..plane.node import Blueprint, Node
from ..plane.shard import Shard


def endpoint(address: tuple[str, int]) -> dict:
    return {"Address": address[0], "Port": address[1]}


def log_deliveries(given: dict) -> list[dict]:
    """Log delivery as AWS reports it; the box keeps the request and sends nothing."""
    return [{**row, "Status": "active"} for row in given.get("LogDeliveryConfigurations") or ()]


@dataclass(eq=False)
class ReplicationGroup:
    """One replication group, with its shards running behind it."""

    id: str
    arn: str
    description: str
    engine: str
    version: Version
    node_type: str
    parameter_group: ParameterGroup
    blueprint: Blueprint
    shards: list[Shard]
    automatic_failover: bool
    multi_az: bool
    given: dict  # the parameters that are only kept and reported
    subnet_group_name: str | None = None
    security_group_ids: list[str] = field(default_factory=list)
    user_group_ids: list[str] = field(default_factory=list)
    tls: bool = False
    tls_mode: str | None = None
    status: str = "creating"
    door: Relay | None = None  # the configuration endpoint, in cluster mode
    deferred: dict = field(default_factory=dict)  # changes that wait for the maintenance window
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    token_changed: datetime | None = None
    code: str = ""  # the six characters AWS puts into a group's addresses
    since: float = field(default_factory=time.monotonic)

    @property
    def cluster_mode(self) -> bool:
        return self.blueprint.cluster_mode

    @property
    def access(self) -> Access:
        return self.blueprint.access

    @property
    def nodes(self) -> list[Node]:
        return [node for shard in self.shards for node in shard.nodes]

    @property
    def member_ids(self) -> list[str]:
        return sorted(node.id for node in self.nodes)

    def shard(self, id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.id == id), None)

    def shard_of(self, node_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.node(node_id)), None)

    @property
    def failover_status(self) -> str:
        wanted = "enabled" if self.automatic_failover else "disabled"
        if self.status in ("creating", "modifying") and self.since_failover_change:
            return {"enabled": "enabling", "disabled": "disabling"}[wanted]
        return wanted

    since_failover_change: bool = False  # automatic failover was asked to change and has not yet

    @property
    def snapshotting_id(self) -> str | None:
        """The node backups are taken from: a replica if there is one."""
        if not self.given.get("SnapshotRetentionLimit") or self.cluster_mode:
            return None
        shard = self.shards[0]
        return self.given.get("SnapshottingClusterId") or (shard.replicas or [shard.primary])[0].id

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Everywhere it listens."""
        doors = [door for shard in self.shards for door in (shard.primary_door, shard.reader_door)]
        return [(door.host, door.port) for door in [*doors, self.door] if door] + [
            node.endpoint for node in self.nodes if node.server
        ]

    def close(self, but: Node | None = None) -> None:
        """End everything it runs, except one node that lives on by itself."""
        for shard in self.shards:
            shard.close(but)
        if self.door:
            self.door.close()

    def describe(self) -> dict:
        """As DescribeReplicationGroups returns it. There are no endpoints before there is something there."""
        ready = self.status not in ("creating", "create-failed", "deleting")
        answer = {
            "ReplicationGroupId": self.id,
            "Description": self.description,
            "Status": self.status,
            "PendingModifiedValues": {
                key: self.deferred[key] for key in ("PrimaryClusterId",) if key in self.deferred
            },
            "MemberClusters": self.member_ids,
            "AutomaticFailover": self.failover_status,
            "MultiAZ": "enabled" if self.multi_az else "disabled",
            "SnapshottingClusterId": self.snapshotting_id,
            "SnapshotRetentionLimit": self.given.get("SnapshotRetentionLimit") or 0,
            "SnapshotWindow": self.given.get("SnapshotWindow") or "05:00-06:00",
            "ClusterEnabled": self.cluster_mode,
            "ClusterMode": "enabled" if self.cluster_mode else "disabled",
            "CacheNodeType": self.node_type,
            "AuthTokenEnabled": bool(self.access.tokens),
            "AuthTokenLastModifiedDate": self.token_changed,
            "TransitEncryptionEnabled": self.tls,
            "TransitEncryptionMode": self.tls_mode,
            "AtRestEncryptionEnabled": self.given["AtRestEncryptionEnabled"],
            "KmsKeyId": self.given.get("KmsKeyId"),
            "ARN": self.arn,
            "UserGroupIds": self.user_group_ids,
            "LogDeliveryConfigurations": log_deliveries(self.given),
            "ReplicationGroupCreateTime": self.created,
            "DataTiering": "enabled" if self.given.get("DataTieringEnabled") else "disabled",
            "AutoMinorVersionUpgrade": self.given.get("AutoMinorVersionUpgrade", True),
            "NetworkType": self.given.get("NetworkType") or "ipv4",
            "IpDiscovery": self.given.get("IpDiscovery") or "ipv4",
            "Engine": self.engine,
            "Durability": self.given.get("Durability") or "default",
            "EffectiveDurability": "disabled",
        }
        if ready:
            answer["NodeGroups"] = [self._describe_shard(shard) for shard in self.shards]
            if self.door:
                answer["ConfigurationEndpoint"] = endpoint((self.door.host, self.door.port))
        return {key: value for key, value in answer.items() if value is not None}

    def _describe_shard(self, shard: Shard) -> dict:
        answer = {
            "NodeGroupId": shard.id,
            "Status": "available" if self.status == "available" else self.status,
            "NodeGroupMembers": [self._describe_member(shard, node) for node in shard.nodes],
        }
        if self.cluster_mode:
            low, high = shard.slots
            return answer | {"Slots": f"{low}-{high}"}
        return answer | {
            "PrimaryEndpoint": endpoint((shard.primary_door.host, shard.primary_door.port)),
            "ReaderEndpoint": endpoint((shard.reader_door.host, shard.reader_door.port)),
        }

    def _describe_member(self, shard: Shard, node: Node) -> dict:
        answer = {
            "CacheClusterId": node.id,
            "CacheNodeId": node.number,
            "PreferredAvailabilityZone": node.zone,
        }
        if self.cluster_mode:
            return answer  # AWS names neither roles nor node endpoints there: cluster clients ask the cluster
        role = "primary" if node is shard.primary else "replica"
        if node.server:
            answer["ReadEndpoint"] = endpoint(node.endpoint)
        return answer | {"CurrentRole": role}
