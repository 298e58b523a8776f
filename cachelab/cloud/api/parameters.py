"""Parameter groups: create, change, reset, delete; changes reach the running engines."""

from .. import events
from ..facts import catalog
from ..facts.catalog import Version
from ..facts.parameters import (
    ParameterGroup,
    describe_by_node_type,
    memcached_arguments,
    of_family,
    valkey_settings,
)
from ..faults import Fault, NotInTheBox
from ..region import Region
from ..resources.cluster import CacheCluster
from ..resources.group import ReplicationGroup
from . import tags
from .operations import performs
from .paging import page


def default_of(region: Region, version: Version, cluster_mode: bool) -> ParameterGroup:
    """The parameter group of a cache that names none."""
    return region.parameter_group(f"default.{version.family}" + (".cluster.on" if cluster_mode else ""))


def settings_of(engine: str, group: ParameterGroup, node_type: str) -> dict[str, str]:
    """valkey.conf for a node; a Redis OSS node says redis to clients that ask."""
    settings = valkey_settings(group, node_type)
    if engine == "redis":
        settings["extended-redis-compatibility"] = "yes"
    return settings


def fits(region: Region, cache: ReplicationGroup | CacheCluster, node_type: str) -> bool:
    """Whether what the nodes of a cache hold fits into another node type; if not, events say so.

    Memcached starts anew, empty, and always fits.
    """
    if not cache.shards:
        return True
    room = int(valkey_settings(cache.parameter_group, node_type)["maxmemory"])
    vitals = [(node, node.vitals()) for node in cache.nodes]
    full = [node for node, seen in vitals if seen and seen.used_memory > room]
    for node in full:
        region.log.tell(events.CLUSTER, node.id, events.SCALE_DOWN_FAILED, node_type=node_type)
    return not full


def users_of(region: Region, group: ParameterGroup) -> list[ReplicationGroup | CacheCluster]:
    """The caches that use a parameter group."""
    caches = [*region.groups.values(), *region.clusters.values()]
    return [cache for cache in caches if cache.parameter_group is group]


@performs("CreateCacheParameterGroup")
def create(region: Region, given: dict) -> dict:
    name, family = given["CacheParameterGroupName"].lower(), given["CacheParameterGroupFamily"].lower()
    if name in region.parameter_groups:
        raise Fault("CacheParameterGroupAlreadyExists", f"Parameter group {name} already exists")
    if family not in catalog.FAMILIES:
        raise Fault(
            "InvalidParameterValue",
            f"CacheParameterGroupFamily {family} is not a valid parameter group family: "
            f"use one of {', '.join(catalog.FAMILIES)}.",
        )
    group = ParameterGroup(name, family, given["Description"], region.arn("parametergroup", name))
    region.parameter_groups[name] = group
    tags.keep(region, group.arn, given)
    return {"CacheParameterGroup": group.describe()}


@performs("DescribeCacheParameterGroups")
def describe(region: Region, given: dict) -> dict:
    if given.get("CacheParameterGroupName"):
        groups = [region.need_parameter_group(given["CacheParameterGroupName"])]
    else:
        for family in catalog.FAMILIES:
            region.parameter_group(f"default.{family}")
            region.parameter_group(f"default.{family}.cluster.on")
        groups = sorted(region.parameter_groups.values(), key=lambda group: group.name)
    return page([group.describe() for group in groups], given, "CacheParameterGroups")


@performs("DescribeCacheParameters")
def describe_values(region: Region, given: dict) -> dict:
    group = region.need_parameter_group(given["CacheParameterGroupName"])
    answer = page(group.describe_parameters(given.get("Source")), given, "Parameters")
    if given.get("Source") in (None, "", "system"):
        answer["CacheNodeTypeSpecificParameters"] = describe_by_node_type(group.family)
    return answer


@performs("DescribeEngineDefaultParameters")
def describe_defaults(region: Region, given: dict) -> dict:
    family = given["CacheParameterGroupFamily"].lower()
    if family not in catalog.FAMILIES:
        raise Fault("InvalidParameterValue", f"CacheParameterGroupFamily {family} is not a valid family.")
    rows = ParameterGroup("", family, "", "").describe_parameters()
    answer = page(rows, given, "Parameters")
    answer["CacheNodeTypeSpecificParameters"] = describe_by_node_type(family)
    return {"EngineDefaults": {"CacheParameterGroupFamily": family, **answer}}


@performs("ModifyCacheParameterGroup")
def modify(region: Region, given: dict) -> dict:
    group = _changeable(region, given["CacheParameterGroupName"])
    changes = {}
    for row in given["ParameterNameValues"]:
        name, value = row.get("ParameterName") or "", row.get("ParameterValue") or ""
        parameter = of_family(group.family).get(name)
        if parameter is None:
            raise Fault("InvalidParameterValue", f"There is no parameter {name} in family {group.family}.")
        if not parameter.served and parameter.modifiable and value != parameter.default:
            raise NotInTheBox(
                f"Parameter {name} with another value than {parameter.default!r}", "it is not built"
            )
        if not parameter.modifiable:
            raise Fault("InvalidParameterValue", f"The parameter {name} cannot be modified.")
        if not parameter.permits(value):
            raise Fault(
                "InvalidParameterValue",
                f"The parameter {name} cannot be {value!r}: allowed values are {parameter.allowed}.",
            )
        changes[name] = value
    _apply(region, group, changes)
    return {"CacheParameterGroupName": group.name}


@performs("ResetCacheParameterGroup")
def reset(region: Region, given: dict) -> dict:
    group = _changeable(region, given["CacheParameterGroupName"])
    if given.get("ResetAllParameters"):
        names = list(group.values)
    else:
        names = [row.get("ParameterName") for row in given.get("ParameterNameValues") or ()]
    known = of_family(group.family)
    if unknown := [name for name in names if name not in known]:
        raise Fault("InvalidParameterValue", f"There is no parameter {unknown[0]} in family {group.family}.")
    defaults = {name: known[name].default for name in names}
    _apply(region, group, defaults)
    for name in names:
        group.values.pop(name, None)
    return {"CacheParameterGroupName": group.name}


def _changeable(region: Region, name: str) -> ParameterGroup:
    group = region.need_parameter_group(name)
    if group.is_default:
        raise Fault(
            "InvalidCacheParameterGroupState",
            f"The default parameter group {group.name} cannot be changed: create one of your own.",
        )
    return group


def _apply(region: Region, group: ParameterGroup, changes: dict[str, str]) -> None:
    """Change the group, and the engines that use it; memcached only reads its settings at a reboot."""
    group.values |= changes
    for name, value in changes.items():
        region.log.tell(events.PARAMETER_GROUP, group.name, events.PARAMETER_CHANGED, name=name, value=value)
    known = of_family(group.family)
    immediate = [name for name in changes if known[name].change == "immediate"]
    for cache in users_of(region, group):
        if cache.memcached:
            for node in cache.memcached:
                node.arguments = memcached_arguments(group, cache.node_type)
            continue
        settings = cache.blueprint.settings = settings_of(cache.engine, group, cache.node_type)
        now = {name: settings[name] for name in immediate if name in settings}
        if "reserved-memory-percent" in immediate:
            now["maxmemory"] = settings["maxmemory"]
        for node in cache.nodes:
            if node.alive:
                node.configure(now)


@performs("DeleteCacheParameterGroup")
def delete(region: Region, given: dict) -> dict:
    group = _changeable(region, given["CacheParameterGroupName"])
    if users := users_of(region, group):
        raise Fault(
            "InvalidCacheParameterGroupState",
            f"One or more cache clusters are still using this parameter group: {users[0].id}.",
        )
    region.parameter_groups.pop(group.name)
    tags.forget(region, group.arn)
    return {}
