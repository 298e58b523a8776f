"""What there is and what happened: engine versions, node types to scale to, events."""

from ..facts import catalog
from ..faults import Fault
from ..region import Region
from .operations import performs
from .paging import page


@performs("DescribeCacheEngineVersions")
def describe_versions(region: Region, given: dict) -> dict:
    rows = [
        {
            "Engine": version.engine,
            "EngineVersion": version.number,
            "CacheParameterGroupFamily": version.family,
            "CacheEngineDescription": version.engine.capitalize(),
            "CacheEngineVersionDescription": f"{version.engine} version {version.number}",
        }
        for version in catalog.VERSIONS
        if (not given.get("Engine") or version.engine == given["Engine"].lower())
        and (not given.get("EngineVersion") or version.number == given["EngineVersion"])
        and (
            not given.get("CacheParameterGroupFamily")
            or version.family == given["CacheParameterGroupFamily"].lower()
        )
    ]
    if given.get("DefaultOnly"):
        newest = {catalog.find_version(engine).number: engine for engine in catalog.ENGINES}
        rows = [row for row in rows if newest.get(row["EngineVersion"]) == row["Engine"]]
    return page(rows, given, "CacheEngineVersions")


@performs("ListAllowedNodeTypeModifications")
def list_node_types(region: Region, given: dict) -> dict:
    if given.get("ReplicationGroupId"):
        now = region.need_group(given["ReplicationGroupId"]).node_type
    elif given.get("CacheClusterId"):
        now = region.need(given["CacheClusterId"]).cache.node_type
    else:
        raise Fault("InvalidParameterCombination", "Name a CacheClusterId or a ReplicationGroupId.")
    current = {
        name: size
        for name, size in catalog.MEMORY.items()
        if not name.startswith(catalog.PREVIOUS_GENERATION) and ("r6gd" in name) == ("r6gd" in now)
    }
    size = catalog.MEMORY[now]
    return {
        "ScaleUpModifications": sorted(name for name in current if current[name] > size),
        "ScaleDownModifications": sorted(name for name in current if current[name] < size),
    }


# What nobody has here: an inventory of it is empty, and a name is of nothing.


@performs("DescribeGlobalReplicationGroups")
def describe_global_groups(region: Region, given: dict) -> dict:
    if name := given.get("GlobalReplicationGroupId"):
        raise Fault("GlobalReplicationGroupNotFoundFault", f"Global replication group {name} not found.")
    return {"GlobalReplicationGroups": []}


@performs("DescribeReservedCacheNodes")
def describe_reserved_nodes(region: Region, given: dict) -> dict:
    if name := given.get("ReservedCacheNodeId"):
        raise Fault("ReservedCacheNodeNotFound", f"Reserved cache node {name} not found.")
    return {"ReservedCacheNodes": []}


@performs("DescribeServiceUpdates")
def describe_service_updates(region: Region, given: dict) -> dict:
    if name := given.get("ServiceUpdateName"):
        raise Fault("ServiceUpdateNotFoundFault", f"Service update {name} not found.")
    return {"ServiceUpdates": []}


@performs("DescribeUpdateActions")
def describe_update_actions(region: Region, given: dict) -> dict:
    return {"UpdateActions": []}


@performs("DescribeEvents")
def describe_events(region: Region, given: dict) -> dict:
    chosen = region.log.select(
        source_type=given.get("SourceType"),
        source=given.get("SourceIdentifier"),
        start=given.get("StartTime"),
        end=given.get("EndTime"),
        minutes=given.get("Duration"),
    )
    return page([event.describe() for event in chosen], given, "Events")
