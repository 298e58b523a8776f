"""Backups as resources: an RDB file a shard, and what the cache was that they were taken from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ..facts.catalog import Version
from .cache import present


@dataclass
class Part:
    """The backup of one shard."""

    shard_id: str
    node_id: str
    file: Path
    slots: tuple[int, int] | None
    taken: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0


@dataclass
class Snapshot:
    """A backup of a replication group, of one of its nodes, or of a single cluster."""

    name: str
    arn: str
    group_id: str | None
    cluster_id: str | None
    description: str | None
    engine: str
    version: Version
    node_type: str
    cluster_mode: bool
    automatic_failover: bool
    parameter_group_name: str
    subnet_group_name: str | None
    settings: dict = field(default_factory=dict)  # more of what the cache was, in AWS's names
    planned: list[tuple[str, str]] = field(default_factory=list)  # (node group, node) of each part to come
    source: str = "manual"  # or "automated"
    status: str = "creating"
    parts: list[Part] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(part.size for part in self.parts)

    def describe(self) -> dict:
        """As DescribeSnapshots returns it."""
        answer = {
            "SnapshotName": self.name,
            "ReplicationGroupId": self.group_id,
            "ReplicationGroupDescription": self.description,
            "CacheClusterId": self.cluster_id,
            "SnapshotStatus": self.status,
            "SnapshotSource": self.source,
            "CacheNodeType": self.node_type,
            "Engine": self.engine,
            "EngineVersion": self.version.number,
            "NumCacheNodes": 1 if self.cluster_id else None,
            "NumNodeGroups": len(self.parts) or None,
            "AutomaticFailover": "enabled" if self.automatic_failover else "disabled",
            "CacheParameterGroupName": self.parameter_group_name,
            "CacheSubnetGroupName": self.subnet_group_name,
            "ARN": self.arn,
            **self.settings,
            "NodeSnapshots": self._describe_parts(),
        }
        return present(answer)

    def _describe_parts(self) -> list[dict]:
        cache_made = self.settings.get("CacheClusterCreateTime", self.created)
        if not self.parts:  # not yet
            return [
                {"CacheClusterId": node, "NodeGroupId": shard, "CacheNodeId": "0001", "CacheSize": ""}
                for shard, node in self.planned
            ]
        return [
            {
                "CacheClusterId": part.node_id,
                "NodeGroupId": part.shard_id,
                "CacheNodeId": "0001",
                "CacheSize": f"{max(1, round(part.size / 2**20))} MB",
                "CacheNodeCreateTime": cache_made,
                "SnapshotCreateTime": part.taken,
            }
            for part in self.parts
        ]
