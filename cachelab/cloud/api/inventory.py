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
