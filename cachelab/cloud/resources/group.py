"""A replication group as a resource: what was asked for, what it has become, how AWS would describe it."""

from dataclasses import dataclass, field
from datetime import datetime

from ..facts.addresses import aws_address
from ..facts.parameters import ParameterGroup
from ..plane.node import Node, changed, open_main_door
from ..plane.shard import Shard
from .cache import Cache, endpoint, log_deliveries, present


@dataclass(eq=False, kw_only=True)
class ReplicationGroup(Cache):
    """One replication group, with its shards running behind it."""

    description: str
    node_type: str
    parameter_group: ParameterGroup
    subnet_group_name: str | None = None
    security_group_ids: list[str] = field(default_factory=list)
    user_group_ids: list[str] = field(default_factory=list)
    tls_mode: str | None = None
    token_changed: datetime | None = None
    since_failover_change: bool = False  # automatic failover was asked to change and has not yet

    @property
    def member_ids(self) -> list[str]:
        return sorted(node.id for node in self.nodes)

    @property
    def failover_status(self) -> str:
        wanted = "enabled" if self.automatic_failover else "disabled"
        if self.status in ("creating", "modifying") and self.since_failover_change:
            return {"enabled": "enabling", "disabled": "disabling"}[wanted]
        return wanted

    @property
    def snapshotting_id(self) -> str | None:
        """The node backups are taken from: a replica if there is one."""
        if not self.retention or self.cluster_mode:
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

    def open_door(self) -> None:
        """Take the port of the configuration endpoint."""
        self.door = open_main_door(self.blueprint)
        self.point_door()

    def change_doors(self) -> None:
        """Follow the blueprint's encryption: the addresses change with it."""
        for shard in self.shards:
            shard.change_doors()
        with self.at_door:
            if self.door:
                self.door = changed(self.door, self.blueprint)

    def aws_address(self, region: str, kind: str | None = None, node: Node | None = None) -> str:
        options = {"tls": self.tls, "code": self.code, "region": region}
        if node:
            return aws_address(self.id, "node", node=node.id.removeprefix(f"{self.id}-"), **options)
        return aws_address(self.id, kind or ("configuration" if self.cluster_mode else "primary"), **options)

    def close(self) -> None:
        for shard in self.shards:
            shard.close()
        with self.at_door:
            if self.door:
                self.door.close()
            self.door = None

    def describe(self) -> dict:
        """As DescribeReplicationGroups returns it. There are no endpoints before there is something there."""
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
            "SnapshotRetentionLimit": self.retention,
            "SnapshotWindow": self.snapshot_window,
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
        if self.there:
            answer["NodeGroups"] = [self._describe_shard(shard) for shard in self.shards]
            if self.door:
                answer["ConfigurationEndpoint"] = endpoint((self.door.host, self.door.port))
        return present(answer)

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
