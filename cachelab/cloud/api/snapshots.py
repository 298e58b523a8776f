"""Backups: an RDB file a shard, taken from a replica where there is one, and groups restored from them."""

from collections.abc import Container
from datetime import datetime, timedelta

from .. import events
from ..faults import Fault
from ..plane.node import Gone, Node
from ..plane.shard import Shard
from ..region import Region
from ..resources.cluster import CacheCluster
from ..resources.group import ReplicationGroup
from ..resources.snapshot import Part, Snapshot
from . import tags
from .operations import performs
from .paging import page
from .work import Step, change, settle

Source = ReplicationGroup | CacheCluster


@performs("CreateSnapshot")
def create(region: Region, given: dict) -> dict:
    if bool(given.get("ReplicationGroupId")) == bool(given.get("CacheClusterId")):
        raise Fault(
            "InvalidParameterCombination",
            "Exactly one of ReplicationGroupId and CacheClusterId must be provided.",
        )
    name = given["SnapshotName"].lower()
    if name in region.snapshots:
        raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    node = None
    if given.get("ReplicationGroupId"):
        source = region.need_group(given["ReplicationGroupId"])
        if source.status != "available":
            raise Fault("InvalidReplicationGroupState", f"Replication group {source.id} is {source.status}.")
    else:
        found = region.need(given["CacheClusterId"])
        source, node = found.cache, found.node
        if source.engine == "memcached":
            raise Fault("SnapshotFeatureNotSupportedFault", "Snapshots are not supported for Memcached.")
        if source.status != "available":
            raise Fault("InvalidCacheClusterState", f"Cache cluster {source.id} is {source.status}.")
    nodes = [node] if node else [_chosen(source, shard) for shard in source.shards]
    snapshot = _new(region, name, source, nodes, of_node=node is not None)
    tags.keep(region, snapshot.arn, given)
    answer = snapshot.describe()
    _take_in_time(region, snapshot, source, nodes)
    return {"Snapshot": answer}


def _take_in_time(
    region: Region, snapshot: Snapshot, source: Source, nodes: list[Node], then: Step = lambda: None
) -> None:
    """Have the snapshot taken while its source says that it is snapshotting; `then()` at the end."""

    def finish() -> None:
        _finish(region, snapshot)
        then()

    save = [lambda: _fill(region, snapshot, nodes, source)]
    change(region, source, save, status="snapshotting", last=finish)


def _new(
    region: Region, name: str, source: Source, nodes: list[Node], of_node: bool = False, kind: str = "manual"
) -> Snapshot:
    """A snapshot on paper: of a cluster, of a group, or of one node of a group."""
    of_group = isinstance(source, ReplicationGroup) and not of_node
    snapshot = Snapshot(
        name=name,
        arn=region.arn("snapshot", name),
        group_id=source.id if of_group else None,
        cluster_id=None if of_group else nodes[0].id,
        description=source.description,
        engine=source.engine,
        version=source.version,
        node_type=source.node_type,
        cluster_mode=source.cluster_mode,
        automatic_failover=source.automatic_failover,
        parameter_group_name=source.parameter_group.name,
        subnet_group_name=source.subnet_group_name,
        settings=_settings(region, source, nodes[0]),
        planned=[(source.shard_of(node.id).id, node.id) for node in nodes],
        source=kind,
    )
    region.snapshots[name] = snapshot
    return snapshot


def _settings(region: Region, source: Source, node: Node) -> dict:
    subnets = region.subnet_group(source.subnet_group_name or "")
    single = not isinstance(source, ReplicationGroup)
    return {
        "Port": node.endpoint[1],
        "VpcId": subnets.vpc_id if subnets else None,
        "CacheClusterCreateTime": source.created,
        "PreferredAvailabilityZone": node.zone if single else None,
        "PreferredMaintenanceWindow": source.maintenance_window,
        "SnapshotRetentionLimit": source.retention,
        "SnapshotWindow": source.snapshot_window,
        "AutoMinorVersionUpgrade": source.given.get("AutoMinorVersionUpgrade", True),
        "TopicArn": source.given.get("NotificationTopicArn"),
    }


def back_up(region: Region, source: Source, moment: datetime) -> None:
    """The automatic backup of a day; the oldest beyond SnapshotRetentionLimit go."""
    if source.status != "available" or not source.retention or not source.shards:
        return
    nodes = [_chosen(source, shard) for shard in source.shards]
    name = automatic_name(source.id, moment, region.snapshots)
    snapshot = _new(region, name, source, nodes, kind="automated")

    def keep_the_latest() -> None:
        for old in _automatic(region, source)[: -source.retention or None]:
            _remove(region, old)

    _take_in_time(region, snapshot, source, nodes, then=keep_the_latest)


def automatic_name(cache: str, moment: datetime, taken: Container[str]) -> str:
    """What AWS calls the automatic backup of a moment: automatic.my-app-cache-2026-11-28-05-00."""
    while (name := f"automatic.{cache}-{moment:%Y-%m-%d-%H-%M}") in taken:
        moment += timedelta(minutes=1)
    return name


def _automatic(region: Region, source: Source) -> list[Snapshot]:
    """The automatic backups of a cache, oldest first."""
    return [
        snapshot
        for snapshot in region.snapshots.values()
        if snapshot.source == "automated" and source.id in (snapshot.group_id, snapshot.cluster_id)
    ]


def forget_automatic(region: Region, source: Source) -> None:
    """Automatic backups end with their cache; manual ones, a final one too, stay."""
    for snapshot in _automatic(region, source):
        _remove(region, snapshot)


def _remove(region: Region, snapshot: Snapshot) -> None:
    region.snapshots.pop(snapshot.name, None)
    tags.forget(region, snapshot.arn)
    for part in snapshot.parts:
        part.file.unlink(missing_ok=True)


def take(region: Region, name: str, source: Source) -> bool:
    """A snapshot now, in this thread: the final one before a deletion, from the primaries. Whether it is."""
    nodes = [shard.primary for shard in source.shards]
    snapshot = _new(region, name, source, nodes)
    _fill(region, snapshot, nodes, source)
    _finish(region, snapshot)
    return snapshot.status == "available"


def _chosen(source: Source, shard: Shard) -> Node:
    """The node of a shard to take the backup from: a live replica where there is one."""
    if wanted := source.snapshotting_id and shard.node(source.snapshotting_id):
        return wanted
    live = [replica for replica in shard.replicas if replica.alive and not replica.cut_off]
    return (live or [shard.primary])[0]


def _fill(region: Region, snapshot: Snapshot, nodes: list[Node], source: Source) -> None:
    """Write its files. A node that is gone, or slow, fails it, and an event tells."""
    try:
        for node in nodes:
            shard = source.shard_of(node.id)
            file = region.vault / f"{snapshot.name}-{shard.id}.rdb"
            node.save(file)
            snapshot.parts.append(Part(shard.id, node.id, file, shard.slots))
    except (*Gone, TimeoutError):
        snapshot.status = "failed"
        cluster = snapshot.cluster_id or snapshot.group_id
        region.log.tell(
            events.CLUSTER, cluster, events.SNAPSHOT_FAILED, snapshot=snapshot.name, cluster=cluster
        )


def _finish(region: Region, snapshot: Snapshot) -> None:
    if snapshot.status == "failed":
        return
    snapshot.status = "available"
    for part in snapshot.parts:
        region.log.tell(
            events.CLUSTER,
            part.node_id,
            events.SNAPSHOT_DONE,
            snapshot=snapshot.name,
            cluster=part.node_id,
        )


@performs("DescribeSnapshots")
def describe(region: Region, given: dict) -> dict:
    if given.get("SnapshotName"):
        return {"Snapshots": [region.need_snapshot(given["SnapshotName"]).describe()]}
    if given.get("ReplicationGroupId") and given.get("CacheClusterId"):
        # moto refuses it with these words; what AWS says was not seen
        raise Fault("InvalidParameterCombination", "Please specify CacheClusterId or ReplicationGroupId")
    source = {"user": "manual", "system": "automated"}.get(
        given.get("SnapshotSource"), given.get("SnapshotSource")
    )
    rows = [
        snapshot.describe()
        for snapshot in region.snapshots.values()
        if (not given.get("ReplicationGroupId") or snapshot.group_id == given["ReplicationGroupId"].lower())
        and (not given.get("CacheClusterId") or snapshot.cluster_id == given["CacheClusterId"].lower())
        and (not source or snapshot.source == source)
    ]
    if not rows and not source:  # of a cache that is gone there may be backups still
        if given.get("CacheClusterId"):
            region.need(given["CacheClusterId"])
        if given.get("ReplicationGroupId"):
            region.need_group(given["ReplicationGroupId"])
    return page(rows, given, "Snapshots", usual=50)  # [BM]


@performs("CopySnapshot")
def copy(region: Region, given: dict) -> dict:
    source = region.need_snapshot(given["SourceSnapshotName"])
    if given.get("TargetBucket"):
        raise Fault("InvalidParameterValue", "TargetBucket: the engines here cannot write to S3.")
    if source.status != "available":
        raise Fault("InvalidSnapshotState", f"Snapshot {source.name} is {source.status}.")
    name = given["TargetSnapshotName"].lower()
    if name in region.snapshots:
        raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    parts = []
    for part in source.parts:
        file = region.vault / f"{name}-{part.shard_id}.rdb"
        file.write_bytes(part.file.read_bytes())
        parts.append(Part(part.shard_id, part.node_id, file, part.slots, part.taken))
    changed = {"name": name, "arn": region.arn("snapshot", name), "parts": parts, "source": "manual"}
    copy = Snapshot(**vars(source) | changed)
    region.snapshots[name] = copy
    tags.keep(region, copy.arn, given)
    settle(region, copy, "creating", "available")
    return {"Snapshot": copy.describe()}


@performs("DeleteSnapshot")
def delete(region: Region, given: dict) -> dict:
    snapshot = region.need_snapshot(given["SnapshotName"])
    if snapshot.status not in ("available", "failed"):
        raise Fault("InvalidSnapshotState", f"Snapshot {snapshot.name} is {snapshot.status}.")
    snapshot.status = "deleting"
    answer = snapshot.describe()
    _remove(region, snapshot)
    return {"Snapshot": answer}
