"""A cache cluster as a resource: one Valkey/Redis OSS node by itself, or one to forty memcached nodes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from cachelab.engines.relay import Relay

from ..facts.addresses import aws_address
from ..facts.parameters import ParameterGroup
from ..plane.access import Access
from ..plane.memcached import Discovery, MemcachedNode
from ..plane.node import Blueprint, Node, open_main_door
from .cache import Cache, endpoint, log_deliveries, notification, present
from .group import ReplicationGroup

LANDING_PAGE = "https://console.aws.amazon.com/elasticache/home#client-download:"
REPORTED = {"rebooting": "rebooting cache cluster nodes", "failed": "available", "recovering": "available"}


@dataclass(eq=False, kw_only=True)
class CacheCluster(Cache):
    """A cluster that is not part of a replication group."""

    node_type: str
    parameter_group: ParameterGroup
    discovery: Discovery | None = None
    discovery_front: Relay | None = None
    subnet_group_name: str | None = None
    security_group_ids: list[str] = field(default_factory=list)
    port: int | None = None  # asked for; memcached's configuration endpoint has it, if it is free

    def open_discovery(self) -> None:
        """Take the port of the configuration endpoint."""
        if not self.tls:
            self.discovery = Discovery(lambda: list(self.memcached), self.port)
            return
        self.discovery = Discovery(lambda: list(self.memcached))
        self.discovery_front = open_main_door(
            Blueprint({}, Access(), tls=self.memcached[0].tls, port=self.port)
        )
        self.discovery_front.retarget(self.discovery.address)

    def aws_address(self, region: str, kind: str | None = None, node: Node | None = None) -> str:
        kind = kind or ("configuration" if self.engine == "memcached" else "node")
        return aws_address(
            self.id, kind, tls=self.tls, code=self.code, memcached=True, node="1", region=region
        )

    @property
    def configuration_address(self) -> tuple[str, int] | None:
        if self.discovery_front:
            return self.discovery_front.host, self.discovery_front.port
        return self.discovery.address if self.discovery else None

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Everywhere it listens."""
        addresses = [node.endpoint for node in self.nodes if node.server]
        if self.discovery_front:
            addresses.append((self.discovery_front.host, self.discovery_front.port))
        return addresses + ([self.discovery.address] if self.discovery else [])

    def close(self) -> None:
        """End everything it runs."""
        for part in (*self.shards, self.discovery_front, self.discovery, *self.memcached):
            if part:
                part.close()

    def describe(self, show_nodes: bool = False) -> dict:
        zones = {node.zone for node in self.nodes}
        answer = {
            "CacheClusterId": self.id,
            "ClientDownloadLandingPage": LANDING_PAGE,
            "CacheNodeType": self.node_type,
            "Engine": self.engine,
            "EngineVersion": self.version.number,
            "CacheClusterStatus": self.status,
            "NumCacheNodes": len(self.nodes),
            "PreferredAvailabilityZone": zones.pop() if len(zones) == 1 else "Multiple",
            "CacheClusterCreateTime": self.created,
            "PreferredMaintenanceWindow": self.maintenance_window,
            "PendingModifiedValues": {
                k: v for k, v in self.deferred.items() if k in ("EngineVersion", "CacheNodeType")
            },
            "NotificationConfiguration": notification(self.given),
            "CacheSecurityGroups": [],
            "CacheParameterGroup": {
                "CacheParameterGroupName": self.parameter_group.name,
                "ParameterApplyStatus": "in-sync",
                "CacheNodeIdsToReboot": [],
            },
            "CacheSubnetGroupName": self.subnet_group_name,
            "AutoMinorVersionUpgrade": self.given.get("AutoMinorVersionUpgrade", True),
            "SecurityGroups": [
                {"SecurityGroupId": name, "Status": "active"} for name in self.security_group_ids
            ],
            "AuthTokenEnabled": False,
            "TransitEncryptionEnabled": self.tls,
            "AtRestEncryptionEnabled": False,
            "ARN": self.arn,
            "LogDeliveryConfigurations": log_deliveries(self.given),
            "NetworkType": self.given.get("NetworkType") or "ipv4",
            "IpDiscovery": self.given.get("IpDiscovery") or "ipv4",
        }
        if self.engine != "memcached":
            answer["SnapshotRetentionLimit"] = self.retention
            answer["SnapshotWindow"] = self.snapshot_window
        if self.there and self.configuration_address:
            answer["ConfigurationEndpoint"] = endpoint(self.configuration_address)
        if show_nodes and self.there:
            answer["CacheNodes"] = [describe_node(node) for node in self.nodes]
        return present(answer)


def describe_node(node: Node | MemcachedNode) -> dict:
    answer = {
        "CacheNodeId": node.number,
        "CacheNodeStatus": REPORTED.get(node.status, node.status),
        "CacheNodeCreateTime": datetime.fromtimestamp(node.created, UTC),
        "ParameterGroupStatus": "in-sync",
        "CustomerAvailabilityZone": node.zone,
    }
    if node.server:
        answer["Endpoint"] = endpoint(node.endpoint)
    return answer


def describe_member(group: ReplicationGroup, node: Node, show_nodes: bool = False) -> dict:
    """A node of a replication group, which AWS lists as a cache cluster of its own too."""
    status = REPORTED.get(node.status, node.status)
    if not group.there:
        status = group.status
    answer = {
        "CacheClusterId": node.id,
        "ClientDownloadLandingPage": LANDING_PAGE,
        "CacheNodeType": group.node_type,
        "Engine": group.engine,
        "EngineVersion": group.version.number,
        "CacheClusterStatus": status,
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": node.zone,
        "CacheClusterCreateTime": group.created,
        "PreferredMaintenanceWindow": group.maintenance_window,
        "PendingModifiedValues": {
            k: v for k, v in group.deferred.items() if k in ("EngineVersion", "CacheNodeType")
        },
        "NotificationConfiguration": notification(group.given),
        "CacheSecurityGroups": [],
        "CacheParameterGroup": {
            "CacheParameterGroupName": group.parameter_group.name,
            "ParameterApplyStatus": "in-sync",
            "CacheNodeIdsToReboot": [],
        },
        "CacheSubnetGroupName": group.subnet_group_name,
        "AutoMinorVersionUpgrade": group.given.get("AutoMinorVersionUpgrade", True),
        "SecurityGroups": [
            {"SecurityGroupId": name, "Status": "active"} for name in group.security_group_ids
        ],
        "ReplicationGroupId": group.id,
        "SnapshotRetentionLimit": group.retention,
        "SnapshotWindow": group.snapshot_window,
        "AuthTokenEnabled": bool(group.access.tokens),
        "TransitEncryptionEnabled": group.tls,
        "AtRestEncryptionEnabled": group.given["AtRestEncryptionEnabled"],
        "ARN": group.arn.replace(f":replicationgroup:{group.id}", f":cluster:{node.id}"),
        "ReplicationGroupLogDeliveryEnabled": bool(group.given.get("LogDeliveryConfigurations")),
        "NetworkType": group.given.get("NetworkType") or "ipv4",
        "IpDiscovery": group.given.get("IpDiscovery") or "ipv4",
        "TransitEncryptionMode": group.tls_mode,
    }
    if show_nodes and node.server:
        answer["CacheNodes"] = [describe_node(node)]
    return present(answer)
