"""Serverless caches: create, describe, modify and delete."""

from .. import events
from ..facts import catalog
from ..facts.addresses import new_code
from ..facts.parameters import ParameterGroup
from ..faults import Fault
from ..plane import cluster, slots
from ..plane.access import Access
from ..plane.memcached import MemcachedNode
from ..plane.node import Blueprint, certificate
from ..plane.shard import Shard
from ..region import Region
from ..resources.serverless import ServerlessCache, ServerlessSnapshot
from ..resources.snapshot import Part
from . import parameters, repair, serverless_snapshots, tags, users
from .operations import performs
from .paging import page
from .work import bring_up, change, remove

MEMORY_HERE = 2**28  # 256 MB: the box does not scale, so it holds less than its limits allow


@performs("CreateServerlessCache")
def create(region: Region, given: dict) -> dict:
    name, engine = given["ServerlessCacheName"].lower(), given["Engine"].lower()
    version = catalog.find_version(engine, given.get("MajorEngineVersion"))
    version = version or catalog.find_version(engine)  # memcached "1.6" is not a number of ours
    restored = _part_to_restore(region, given)
    cache = ServerlessCache(
        id=name,
        arn=region.arn("serverlesscache", name),
        engine=engine,
        version=version,
        given={key: value for key, value in given.items() if value is not None},
        code=new_code(),
    )
    material = certificate()
    zone = region.zones[0]
    if engine == "memcached":
        cache.memcached = [MemcachedNode(name, "0001", zone, ["-m", "64"], material)]
    else:
        group = ParameterGroup("default", version.family, "", "")
        settings = parameters.settings_of(engine, group, "cache.t4g.micro") | {"maxmemory": str(MEMORY_HERE)}
        access = Access(
            cluster_mode=True,
            logins=users.logins_of(region, cache.user_group_ids),
        )
        blueprint = Blueprint(settings, access, cluster_mode=True, tls=material)
        shard = Shard("0001", blueprint, [(name, zone)])
        shard.slots = (0, slots.SLOTS - 1)
        cache.shards = [shard]
    region.serverless_caches[name] = cache
    tags.keep(region, cache.arn, given)
    answer = cache.describe()
    bring_up(
        region,
        cache,
        start=lambda: _start(cache, restored),
        announce=lambda: _announce(region, cache),
        failed=lambda _: region.log.tell(events.SERVERLESS, cache.id, events.CLUSTER_CREATE_FAILED),
    )
    return {"ServerlessCache": answer}


def _part_to_restore(region: Region, given: dict) -> Part | None:
    arns = given.get("SnapshotArnsToRestore") or []
    if not arns:
        return None
    name = arns[0].rpartition(":")[2]
    snapshot = region.serverless_snapshots.get(name) or region.snapshots.get(name)
    if snapshot is None or len(arns) > 1:
        raise Fault("InvalidParameterValue", f"SnapshotArnsToRestore: no snapshot {arns[-1]} here.")
    was = snapshot.cache["Engine"] if isinstance(snapshot, ServerlessSnapshot) else snapshot.engine
    if (was == "memcached") != (given["Engine"].lower() == "memcached"):
        raise Fault(
            "InvalidParameterCombination",
            f"Snapshot {snapshot.name} is of {was}: a cache of {given['Engine']} cannot be restored from it.",
        )
    if snapshot.status != "available":
        raise Fault("InvalidServerlessCacheSnapshotStateFault", f"{snapshot.name} is {snapshot.status}.")
    return snapshot.parts[0]


def _start(cache: ServerlessCache, restored: Part | None) -> None:
    if cache.memcached:
        cache.memcached[0].start()
        return
    cache.shards[0].start(dump=restored.file if restored else None)
    cluster.form(cache.shards)
    cache.open_reader()


def _announce(region: Region, cache: ServerlessCache) -> None:
    repair.watch(region, cache)
    region.log.tell(events.SERVERLESS, cache.id, events.SERVERLESS_CREATED)


@performs("DescribeServerlessCaches")
def describe(region: Region, given: dict) -> dict:
    if given.get("ServerlessCacheName"):
        return {"ServerlessCaches": [region.need_serverless(given["ServerlessCacheName"]).describe()]}
    rows = [cache.describe() for cache in region.serverless_caches.values()]
    answer = page(
        rows,
        {"MaxRecords": given.get("MaxResults"), "Marker": given.get("NextToken")},
        "ServerlessCaches",
    )
    return {"ServerlessCaches": answer["ServerlessCaches"], "NextToken": answer.get("Marker")}


@performs("ModifyServerlessCache")
def modify(region: Region, given: dict) -> dict:
    cache = region.need_serverless(given["ServerlessCacheName"])
    if cache.status != "available":
        raise Fault("InvalidServerlessCacheStateFault", f"Serverless Cache {cache.id} is {cache.status}.")
    if given.get("Engine") and given["Engine"].lower() != cache.engine:
        if (cache.engine, given["Engine"].lower()) != ("redis", "valkey"):
            raise Fault("InvalidParameterCombination", f"{cache.engine} cannot become {given['Engine']}.")
        cache.engine = "valkey"
        cache.version = catalog.find_version("valkey", given.get("MajorEngineVersion")) or cache.version
    if given.get("RemoveUserGroup"):
        cache.given.pop("UserGroupId", None)
    for key in (
        "Description",
        "CacheUsageLimits",
        "UserGroupId",
        "SecurityGroupIds",
        "SnapshotRetentionLimit",
        "DailySnapshotTime",
    ):
        if given.get(key) is not None:
            cache.given[key] = given[key]
    steps = []
    if cache.access and (given.get("UserGroupId") or given.get("RemoveUserGroup")):
        steps = [lambda: users.let_in(region, cache, cache.user_group_ids)]
    change(region, cache, steps)
    return {"ServerlessCache": cache.describe() | {"Status": "modifying"}}


@performs("DeleteServerlessCache")
def delete(region: Region, given: dict) -> dict:
    cache = region.need_serverless(given["ServerlessCacheName"])
    if cache.status not in ("available", "create-failed"):
        raise Fault("InvalidServerlessCacheStateFault", f"Serverless Cache {cache.id} is {cache.status}.")
    name = given.get("FinalSnapshotName")
    final = serverless_snapshots.begin(region, name.lower(), cache) if name else None
    cache.status = "deleting"
    answer = cache.describe()

    def save() -> bool:
        return not final or serverless_snapshots.save(region, final, cache)

    def say_so() -> None:
        serverless_snapshots.forget_automatic(region, cache)
        region.log.tell(events.SERVERLESS, cache.id, events.SERVERLESS_DELETED)

    remove(region, cache, region.serverless_caches, before=save, after=say_so)
    return {"ServerlessCache": answer}
