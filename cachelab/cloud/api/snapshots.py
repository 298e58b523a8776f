"""Backups: an RDB file a shard, taken from a replica where there is one, and groups restored from them."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .. import events
from ..catalog import Version
from ..plane.node import Gone
from .faults import Fault, not_found
from .group import ReplicationGroup
from .operations import performs
from .paging import page


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
    source: str = "manual"
    status: str = "creating"
    parts: list[Part] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(part.size for part in self.parts)

    def describe(self) -> dict:
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
            "NodeSnapshots": [
                {
                    "CacheClusterId": part.node_id,
                    "NodeGroupId": part.shard_id,
                    "CacheNodeId": "0001",
                    "CacheSize": f"{max(1, round(part.size / 2**20))} MB",
                    "CacheNodeCreateTime": self.created,
                    "SnapshotCreateTime": part.taken,
                }
                for part in self.parts
            ],
        }
        return {key: value for key, value in answer.items() if value is not None}


class Snapshots:
    """The operations on snapshots; a part of the backend."""

    def snapshot(self, name: str) -> Snapshot | None:
        return self.snapshots.get(name.lower())

    def need_snapshot(self, name: str) -> Snapshot:
        found = self.snapshot(name)
        if found is None:
            raise not_found("Snapshot", name)
        return found

    @performs("CreateSnapshot")
    def create_snapshot_of(self, given: dict) -> dict:
        if bool(given.get("ReplicationGroupId")) == bool(given.get("CacheClusterId")):
            raise Fault(
                "InvalidParameterCombination",
                "Exactly one of ReplicationGroupId and CacheClusterId must be provided.",
            )
        name = given["SnapshotName"].lower()
        if name in self.snapshots:
            raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
        node = None
        if given.get("ReplicationGroupId"):
            source = self.need_group(given["ReplicationGroupId"])
            if source.status != "available":
                raise Fault(
                    "InvalidReplicationGroupState", f"Replication group {source.id} is {source.status}."
                )
        else:
            found = self.need_cluster(given["CacheClusterId"])
            source, node = found if isinstance(found, tuple) else (found, None)
            if source.engine == "memcached":
                raise Fault("SnapshotFeatureNotSupportedFault", "Snapshots are not supported for Memcached.")
            if source.status != "available":
                raise Fault("InvalidCacheClusterState", f"Cache cluster {source.id} is {source.status}.")
        snapshot = self._new_snapshot(name, source, node)
        self.keep_tags(snapshot.arn, given)
        since, source.status = time.monotonic(), "snapshotting"

        def take() -> None:
            try:
                self._fill(snapshot, source, node)
                self.fleet.take_time(since)
                self._finish(snapshot)
            finally:
                if source.status == "snapshotting":
                    source.status = "available"
                self.fleet.announce()

        answer = snapshot.describe()
        self.fleet.run(take)
        return {"Snapshot": answer}

    def _new_snapshot(self, name: str, source, node=None) -> Snapshot:
        is_group = isinstance(source, ReplicationGroup)
        snapshot = Snapshot(
            name=name,
            arn=self.arn("snapshot", name),
            group_id=source.id if is_group and node is None else None,
            cluster_id=None if is_group and node is None else (node.id if node else source.id),
            description=source.description if is_group else None,
            engine=source.engine,
            version=source.version,
            node_type=source.node_type,
            cluster_mode=is_group and source.cluster_mode,
            automatic_failover=is_group and source.automatic_failover,
            parameter_group_name=source.parameter_group.name,
            subnet_group_name=source.subnet_group_name,
        )
        self.snapshots[name] = snapshot
        return snapshot

    def take_snapshot(self, name: str, source, primaries: bool = False) -> Snapshot:
        """A snapshot now, in this thread: the final one before a deletion, from the primaries."""
        snapshot = self._new_snapshot(name, source)
        self._fill(snapshot, source, primaries=primaries)
        self._finish(snapshot)
        return snapshot

    def _fill(self, snapshot: Snapshot, source, node=None, primaries: bool = False) -> None:
        is_group = isinstance(source, ReplicationGroup)
        shards = source.shards if is_group else [source.shard]
        try:
            for shard in shards:
                if node is not None and shard.node(node.id) is not node:
                    continue
                chosen = node or shard.primary
                if node is None and not primaries:
                    wanted = (
                        shard.node(source.snapshotting_id) if is_group and source.snapshotting_id else None
                    )
                    live = [replica for replica in shard.replicas if replica.alive and not replica.cut_off]
                    chosen = wanted or (live or [shard.primary])[0]
                file = self.vault / f"{snapshot.name}-{shard.id}.rdb"
                chosen.save(file)
                snapshot.parts.append(Part(shard.id, chosen.id, file, shard.slots))
        except (*Gone, TimeoutError):
            snapshot.status = "failed"
            cluster = snapshot.cluster_id or snapshot.group_id
            self.log.tell(
                events.CLUSTER, cluster, events.SNAPSHOT_FAILED, snapshot=snapshot.name, cluster=cluster
            )
            raise

    def _finish(self, snapshot: Snapshot) -> None:
        snapshot.status = "available"
        for part in snapshot.parts:
            self.log.tell(
                events.CLUSTER,
                part.node_id,
                events.SNAPSHOT_DONE,
                snapshot=snapshot.name,
                cluster=part.node_id,
            )

    @performs("DescribeSnapshots")
    def describe_snapshots_of(self, given: dict) -> dict:
        if given.get("SnapshotName"):
            return {"Snapshots": [self.need_snapshot(given["SnapshotName"]).describe()]}
        source = {"user": "manual", "system": "automated"}.get(
            given.get("SnapshotSource"), given.get("SnapshotSource")
        )
        rows = [
            snapshot.describe()
            for snapshot in self.snapshots.values()
            if (
                not given.get("ReplicationGroupId")
                or snapshot.group_id == given["ReplicationGroupId"].lower()
            )
            and (not given.get("CacheClusterId") or snapshot.cluster_id == given["CacheClusterId"].lower())
            and (not source or snapshot.source == source)
        ]
        return page(rows, given, "Snapshots", usual=50)  # [BM]

    @performs("CopySnapshot")
    def copy_snapshot(self, given: dict) -> dict:
        source = self.need_snapshot(given["SourceSnapshotName"])
        if given.get("TargetBucket"):
            raise Fault("InvalidParameterValue", "TargetBucket: the engines here cannot write to S3.")
        if source.status != "available":
            raise Fault("InvalidSnapshotState", f"Snapshot {source.name} is {source.status}.")
        name = given["TargetSnapshotName"].lower()
        if name in self.snapshots:
            raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
        parts = []
        for part in source.parts:
            file = self.vault / f"{name}-{part.shard_id}.rdb"
            file.write_bytes(part.file.read_bytes())
            parts.append(Part(part.shard_id, part.node_id, file, part.slots, part.taken))
        copy = Snapshot(**{**vars(source), "name": name, "arn": self.arn("snapshot", name), "parts": parts})
        self.snapshots[name] = copy
        self.keep_tags(copy.arn, given)
        return {"Snapshot": copy.describe()}

    @performs("DeleteSnapshot")
    def delete_snapshot_of(self, given: dict) -> dict:
        snapshot = self.need_snapshot(given["SnapshotName"])
        if snapshot.status not in ("available", "failed"):
            raise Fault("InvalidSnapshotState", f"Snapshot {snapshot.name} is {snapshot.status}.")
        self.snapshots.pop(snapshot.name)
        self.forget_tags(snapshot.arn)
        snapshot.status = "deleting"
        answer = snapshot.describe()
        for part in snapshot.parts:
            part.file.unlink(missing_ok=True)
        return {"Snapshot": answer}
