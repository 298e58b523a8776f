"""Backups of serverless caches, which have operations of their own."""

import time
from datetime import datetime

from .. import events
from ..faults import Fault
from ..plane.node import Gone
from ..region import Region
from ..resources.serverless import ServerlessCache, ServerlessSnapshot
from ..resources.snapshot import Part
from . import tags
from .operations import performs
from .paging import page
from .snapshots import automatic_name
from .work import settle


@performs("CreateServerlessCacheSnapshot")
def create(region: Region, given: dict) -> dict:
    cache = region.need_serverless(given["ServerlessCacheName"])
    name = given["ServerlessCacheSnapshotName"].lower()
    snapshot = begin(region, name, cache)
    tags.keep(region, snapshot.arn, given)
    since, answer = time.monotonic(), snapshot.describe()

    def take() -> None:
        save(region, snapshot, cache)
        region.fleet.take_time(since)

    region.fleet.run(take)
    return {"ServerlessCacheSnapshot": answer}


def back_up(region: Region, cache: ServerlessCache, moment: datetime) -> None:
    """The automatic backup of a day; the oldest beyond SnapshotRetentionLimit go."""
    if cache.status != "available" or not cache.retention or cache.memcached:
        return
    snapshot = _new(region, automatic_name(cache.id, moment, region.serverless_snapshots), cache, "automated")

    def take_it() -> None:
        save(region, snapshot, cache)
        for old in _automatic(region, cache)[: -cache.retention or None]:
            _remove(region, old)

    region.fleet.run(take_it)


def _automatic(region: Region, cache: ServerlessCache) -> list[ServerlessSnapshot]:
    """The automatic backups of a cache, oldest first."""
    return [
        snapshot
        for snapshot in region.serverless_snapshots.values()
        if snapshot.kind == "automated" and snapshot.cache["ServerlessCacheName"] == cache.id
    ]


def forget_automatic(region: Region, cache: ServerlessCache) -> None:
    """Automatic backups end with their cache."""
    for snapshot in _automatic(region, cache):
        _remove(region, snapshot)


def _remove(region: Region, snapshot: ServerlessSnapshot) -> None:
    region.serverless_snapshots.pop(snapshot.name, None)
    tags.forget(region, snapshot.arn)
    for part in snapshot.parts:
        part.file.unlink(missing_ok=True)


def _new(region: Region, name: str, cache: ServerlessCache, kind: str = "manual") -> ServerlessSnapshot:
    snapshot = ServerlessSnapshot(
        name,
        region.arn("serverlesscachesnapshot", name),
        {
            "ServerlessCacheName": cache.id,
            "Engine": cache.engine,
            "MajorEngineVersion": cache.version.major,
        },
        kind=kind,
    )
    region.serverless_snapshots[name] = snapshot
    return snapshot


def begin(region: Region, name: str, cache: ServerlessCache) -> ServerlessSnapshot:
    """A backup on paper, for save(). Raises Fault where there can be none."""
    if name in region.serverless_snapshots:
        raise Fault("ServerlessCacheSnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    if cache.memcached:
        raise Fault(
            "InvalidParameterCombination",
            "AWS backs up serverless Memcached too; this box cannot: memcached itself writes no backups.",
        )
    if cache.status != "available":
        raise Fault("InvalidServerlessCacheStateFault", f"Serverless Cache {cache.id} is {cache.status}.")
    return _new(region, name, cache)


def save(region: Region, snapshot: ServerlessSnapshot, cache: ServerlessCache) -> bool:
    """Take the backup now, in this thread. Whether it could be: a node that is gone, or slow, fails it."""
    file = region.vault / f"serverless-{snapshot.name}.rdb"
    node = cache.primary
    try:
        node.save(file)
    except (*Gone, TimeoutError):
        snapshot.status = "failed"
        return False
    snapshot.part = Part("0001", node.id, file, cache.shards[0].slots)
    snapshot.status = "available"
    region.log.tell(events.SERVERLESS_SNAPSHOT, snapshot.name, events.SERVERLESS_SNAPSHOT_DONE)
    return True


@performs("DescribeServerlessCacheSnapshots")
def describe(region: Region, given: dict) -> dict:
    if given.get("ServerlessCacheSnapshotName"):
        found = region.need_serverless_snapshot(given["ServerlessCacheSnapshotName"])
        return {"ServerlessCacheSnapshots": [found.describe()]}
    rows = [
        snapshot.describe()
        for snapshot in region.serverless_snapshots.values()
        if not given.get("ServerlessCacheName")
        or snapshot.cache["ServerlessCacheName"] == given["ServerlessCacheName"].lower()
    ]
    answer = page(
        rows,
        {"MaxRecords": given.get("MaxResults"), "Marker": given.get("NextToken")},
        "ServerlessCacheSnapshots",
    )
    return {
        "ServerlessCacheSnapshots": answer["ServerlessCacheSnapshots"],
        "NextToken": answer.get("Marker"),
    }


@performs("CopyServerlessCacheSnapshot")
def copy(region: Region, given: dict) -> dict:
    source = region.need_serverless_snapshot(given["SourceServerlessCacheSnapshotName"])
    name = given["TargetServerlessCacheSnapshotName"].lower()
    if name in region.serverless_snapshots:
        raise Fault("ServerlessCacheSnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    if source.status != "available":
        raise Fault("InvalidServerlessCacheSnapshotStateFault", f"Snapshot {source.name} is {source.status}.")
    file = region.vault / f"serverless-{name}.rdb"
    file.write_bytes(source.part.file.read_bytes())
    copy = ServerlessSnapshot(
        name,
        region.arn("serverlesscachesnapshot", name),
        dict(source.cache),
        Part("0001", source.part.node_id, file, source.part.slots),
    )
    region.serverless_snapshots[name] = copy
    tags.keep(region, copy.arn, given)
    settle(region, copy, "creating", "available")
    return {"ServerlessCacheSnapshot": copy.describe()}


@performs("DeleteServerlessCacheSnapshot")
def delete(region: Region, given: dict) -> dict:
    snapshot = region.need_serverless_snapshot(given["ServerlessCacheSnapshotName"])
    if snapshot.status not in ("available", "failed"):
        raise Fault(
            "InvalidServerlessCacheSnapshotStateFault", f"Snapshot {snapshot.name} is {snapshot.status}."
        )
    _remove(region, snapshot)
    snapshot.status = "deleting"
    return {"ServerlessCacheSnapshot": snapshot.describe()}
