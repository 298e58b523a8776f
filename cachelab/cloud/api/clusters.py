"""Cache clusters: memcached, single Valkey/Redis OSS nodes, and the members of replication groups."""

import time

from .. import events
from ..asking import Ask
from ..facts import catalog
from ..facts.addresses import new_code
from ..facts.parameters import memcached_arguments
from ..faults import Fault, NotInTheBox
from ..plane.access import Access
from ..plane.memcached import MemcachedNode
from ..plane.node import Blueprint, Node, certificate
from ..plane.shard import Shard
from ..region import Region
from ..resources.cluster import CacheCluster, describe_member
from ..resources.group import ReplicationGroup
from ..resources.snapshot import Snapshot
from . import logs, networks, parameters, repair, replicas, snapshots, tags
from .operations import performs
from .paging import page
from .work import Step, bring_up, change, remove

KEPT_PARAMETERS = (
    "AutoMinorVersionUpgrade",
    "IpDiscovery",
    "NetworkType",
    "NotificationTopicArn",
    "NotificationTopicStatus",
    "PreferredMaintenanceWindow",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
)


# Create.


@performs("CreateCacheCluster")
def create(region: Region, given: dict) -> dict:
    if given.get("OutpostMode") or given.get("SnapshotArns"):
        raise NotInTheBox("CreateCacheCluster on Outposts or from S3", "there is neither in it")
    if given.get("ReplicationGroupId"):
        return _create_replica(region, given)
    ask = Ask("CreateCacheCluster", given, region)
    snapshot = region.snapshot(given["SnapshotName"]) if given.get("SnapshotName") else None
    cluster = _new(region, ask, snapshot)
    region.clusters[cluster.id] = cluster
    tags.keep(region, cluster.arn, given)
    answer = cluster.describe()
    bring_up(
        region,
        cluster,
        start=lambda: _start(region, cluster, snapshot),
        announce=lambda: _announce(region, cluster),
        failed=lambda _: region.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_CREATE_FAILED),
    )
    return {"CacheCluster": answer}


def _new(region: Region, ask: Ask, snapshot: Snapshot | None) -> CacheCluster:
    given = ask.given
    cluster_id = given["CacheClusterId"].lower()
    node_type = given.get("CacheNodeType") or snapshot.node_type
    group = ask.parameter_group or parameters.default_of(region, ask.version, cluster_mode=False)
    encrypted = bool(given.get("TransitEncryptionEnabled"))
    material = certificate() if encrypted else None
    subnet_group_name, security_group_ids = networks.home(region, given)
    cluster = CacheCluster(
        id=cluster_id,
        arn=region.arn("cluster", cluster_id),
        engine=ask.engine,
        version=ask.version,
        node_type=node_type,
        parameter_group=group,
        given={key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None},
        subnet_group_name=subnet_group_name,
        security_group_ids=security_group_ids,
        tls=encrypted,
        code=new_code(),
        port=given.get("Port"),
    )
    logs.keep(cluster.given, given)
    zones = given.get("PreferredAvailabilityZones") or networks.zones_of(region, ask.subnet_group)
    if given.get("PreferredAvailabilityZone"):
        zones = [given["PreferredAvailabilityZone"]]
    elif given.get("AZMode") != "cross-az" and not given.get("PreferredAvailabilityZones"):
        zones = zones[:1]
    if ask.engine == "memcached":
        for index in range(given.get("NumCacheNodes") or 1):
            cluster.memcached.append(
                MemcachedNode(
                    cluster_id,
                    f"{index + 1:04}",
                    zones[index % len(zones)],
                    memcached_arguments(group, node_type),
                    material,
                )
            )
    else:
        blueprint = Blueprint(parameters.settings_of(ask.engine, group, node_type), Access())
        cluster.shards = [Shard("0001", blueprint, [(cluster_id, zones[0])])]
        cluster.primary.port = given.get("Port")
    return cluster


def _start(region: Region, cluster: CacheCluster, snapshot: Snapshot | None) -> None:
    if cluster.memcached:
        region.fleet.all_at_once([node.start for node in cluster.memcached])
        cluster.open_discovery()
    else:
        cluster.primary.start(dump=snapshot.parts[0].file if snapshot else None)


def _announce(region: Region, cluster: CacheCluster) -> None:
    repair.watch(region, cluster)
    region.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_CREATED)
    for node in cluster.nodes:
        region.log.tell(events.CLUSTER, cluster.id, events.NODE_ADDED, node=node.number, zone=node.zone)


def _create_replica(region: Region, given: dict) -> dict:
    """CreateCacheCluster with a ReplicationGroupId: the old way to add a replica."""
    group = region.need_group(given["ReplicationGroupId"])
    if group.status != "available" or group.cluster_mode:
        raise Fault(
            "InvalidReplicationGroupState",
            f"Replication group {group.id} must be available, without cluster mode, to take a replica.",
        )
    zones = [given["PreferredAvailabilityZone"]] if given.get("PreferredAvailabilityZone") else []
    name, shard = given["CacheClusterId"].lower(), group.shards[0]
    if len(shard.replicas) >= 5:
        raise Fault("NodeQuotaForClusterExceeded", "A replication group can have at most 5 replicas.")
    change(region, group, [lambda: replicas.add(region, group, shard, zones, name)])
    waiting = Node(name, zones[0] if zones else shard.primary.zone, group.blueprint)
    return {"CacheCluster": {**describe_member(group, waiting), "CacheClusterStatus": "creating"}}


# Describe.


@performs("DescribeCacheClusters")
def describe(region: Region, given: dict) -> dict:
    nodes = bool(given.get("ShowCacheNodeInfo"))
    if given.get("CacheClusterId"):
        cluster, group, node = region.need(given["CacheClusterId"])
        row = cluster.describe(nodes) if cluster else describe_member(group, node, nodes)
        return {"CacheClusters": [row]}
    rows = [cluster.describe(nodes) for cluster in region.clusters.values()]
    if not given.get("ShowCacheClustersNotInReplicationGroups"):
        for group in region.groups.values():
            rows += [describe_member(group, node, nodes) for node in group.nodes]
    return page(sorted(rows, key=lambda row: row["CacheClusterId"]), given, "CacheClusters")


# Modify.


@performs("ModifyCacheCluster")
def modify(region: Region, given: dict) -> dict:
    cluster, group, _ = region.need(given["CacheClusterId"])
    if group:
        raise Fault(
            "InvalidParameterCombination",
            f"{given['CacheClusterId']} is part of a replication group: use ModifyReplicationGroup.",
        )
    if cluster.status != "available":
        raise Fault("InvalidCacheClusterState", f"Cache cluster {cluster.id} is not in available state.")
    cluster.given |= {key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None}
    logs.keep(cluster.given, given)
    if given.get("SecurityGroupIds"):
        networks.protect()
        cluster.security_group_ids = given["SecurityGroupIds"]
        region.log.tell(events.CLUSTER, cluster.id, events.SECURITY_GROUP_CHANGED)
    work: list[Step] = []
    if given.get("NumCacheNodes") is not None:
        work.append(_resize(region, cluster, given))
    later = {
        key: given[key]
        for key in ("CacheNodeType", "EngineVersion", "CacheParameterGroupName")
        if given.get(key) is not None
    }
    if later and given.get("ApplyImmediately"):
        changes, cluster.deferred = {**cluster.deferred, **later}, {}
        work.append(lambda: apply_deferred(region, cluster, changes))
    elif later:
        cluster.deferred |= later
    if work:
        change(region, cluster, work)
    return {"CacheCluster": cluster.describe() | ({"CacheClusterStatus": "modifying"} if work else {})}


def _resize(region: Region, cluster: CacheCluster, given: dict) -> Step:
    """Check a change of the number of memcached nodes; returns what carries it out."""
    now, wanted = len(cluster.memcached), given["NumCacheNodes"]
    leaving = given.get("CacheNodeIdsToRemove") or []
    if cluster.engine != "memcached":
        raise Fault("InvalidParameterValue", "NumCacheNodes can only be changed for memcached.")
    if not 1 <= wanted <= 40:
        raise Fault(
            "NodeQuotaForClusterExceeded",
            "Cluster node quota exceeded. Each cluster can have at most 40 nodes in this region.",
        )
    if len(leaving) != max(0, now - wanted):
        raise Fault(
            "InvalidParameterCombination",
            f"CacheNodeIdsToRemove must name the {max(0, now - wanted)} nodes that are to go; "
            f"it names {len(leaving)}.",
        )
    known = {node.number for node in cluster.memcached}
    if unknown := sorted(set(leaving) - known):
        raise Fault("InvalidParameterValue", f"{cluster.id} has no cache node {unknown[0]}.")

    def resize() -> None:
        zones = given.get("NewAvailabilityZones") or [cluster.memcached[0].zone]
        numbers = (n for i in range(1, 1000) if (n := f"{i:04}") not in known)
        for index in range(wanted - now):
            node = MemcachedNode(
                cluster.id,
                next(numbers),
                zones[index % len(zones)],
                cluster.memcached[0].arguments,
                cluster.memcached[0].tls,
            )
            node.start()
            node.status = "available"
            cluster.memcached.append(node)
            region.log.tell(events.CLUSTER, cluster.id, events.NODE_ADDED, node=node.number, zone=node.zone)
        for node in [node for node in cluster.memcached if node.number in leaving]:
            cluster.memcached.remove(node)
            node.close()
            region.log.tell(events.CLUSTER, cluster.id, events.NODES_REMOVED, node=node.number)
        if now != wanted:
            cluster.discovery.version += 1
            region.log.tell(events.CLUSTER, cluster.id, events.NODES_CHANGED, old=now, new=wanted)

    return resize


def apply_deferred(region: Region, cluster: CacheCluster, changes: dict) -> None:
    """Version, node type, parameter group: what waits for the maintenance window by default."""
    if changes.get("EngineVersion"):
        cluster.version = catalog.find_version(cluster.engine, changes["EngineVersion"])
    if changes.get("CacheParameterGroupName"):
        cluster.parameter_group = region.parameter_group(changes["CacheParameterGroupName"])
        name = cluster.parameter_group.name
        region.log.tell(events.CLUSTER, cluster.id, events.PARAMETER_GROUP_USED, name=name)
    if changes.get("CacheNodeType") and not parameters.fits(region, cluster, changes["CacheNodeType"]):
        changes = {key: value for key, value in changes.items() if key != "CacheNodeType"}
    if changes.get("CacheNodeType"):
        cluster.node_type = changes["CacheNodeType"]
        region.log.tell(events.CLUSTER, cluster.id, events.SCALED, node_type=cluster.node_type)
    if cluster.blueprint:
        settings = parameters.settings_of(cluster.engine, cluster.parameter_group, cluster.node_type)
        cluster.blueprint.settings = settings
        cluster.primary.configure(settings)
    for node in cluster.memcached:
        node.arguments = memcached_arguments(cluster.parameter_group, cluster.node_type)
        if changes.get("CacheNodeType"):
            node.restart()  # memcached's size is fixed at its start; its content goes


# Reboot, repair.


@performs("RebootCacheCluster")
def reboot(region: Region, given: dict) -> dict:
    cluster, group, member = found = region.need(given["CacheClusterId"])
    numbers = given["CacheNodeIdsToReboot"]
    if group and group.cluster_mode:
        raise Fault(
            "InvalidCacheClusterState",
            "Rebooting is not supported on Valkey or Redis OSS (cluster mode enabled) clusters.",
        )
    nodes = [member] if group else [node for node in cluster.nodes if node.number in numbers]
    shard = found.cache.shard_of(nodes[0].id) if nodes else None
    known = {node.number for node in nodes}
    if unknown := sorted(set(numbers) - known):
        raise Fault("InvalidParameterValue", f"{given['CacheClusterId']} has no cache node {unknown[0]}.")
    if any(node.status != "available" for node in nodes):
        raise Fault("InvalidCacheClusterState", f"Cache cluster {nodes[0].id} is not in available state.")
    since = time.monotonic()
    for node in nodes:
        node.status = "rebooting"

    def reboot() -> None:
        for node in nodes:
            if shard:
                if node is not shard.primary:
                    repair.wait_for_primary(region, shard)
                shard.reboot(node)
            else:
                region.log.tell(events.CLUSTER, node.id, events.NODE_SHUTDOWN, node=node.number)
                node.restart()
        region.fleet.take_time(since)
        for node in nodes:
            node.status = "available"
            region.log.tell(events.CLUSTER, node.id, events.NODE_RESTARTED, node=node.number)
        if shard:
            shard.point_doors()

    answer = cluster.describe() if cluster else describe_member(group, member)
    answer["CacheClusterStatus"] = "rebooting cache cluster nodes"
    region.fleet.run(reboot)
    return {"CacheCluster": answer}


# Delete.


@performs("DeleteCacheCluster")
def delete(region: Region, given: dict) -> dict:
    cluster, group, node = region.need(given["CacheClusterId"])
    if group:
        return _delete_member(region, group, node)
    if cluster.status not in ("available", "create-failed"):
        raise Fault("InvalidCacheClusterState", f"Cache cluster {cluster.id} is not in available state.")
    final = given.get("FinalSnapshotIdentifier")
    if final and cluster.engine == "memcached":
        raise Fault("InvalidParameterCombination", "Memcached has no snapshots: leave out the final one.")
    if final and region.snapshot(final):
        raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {final} already exists.")
    if final and cluster.status == "create-failed":
        raise Fault(
            "InvalidCacheClusterState",
            f"Cache cluster {cluster.id} is create-failed: there is nothing in it to keep.",
        )
    cluster.status = "deleting"
    answer = cluster.describe()

    def save() -> bool:
        return not final or snapshots.take(region, final.lower(), cluster)

    def say_so() -> None:
        snapshots.forget_automatic(region, cluster)
        region.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_DELETED)

    remove(region, cluster, region.clusters, before=save, after=say_so)
    return {"CacheCluster": answer}


def _delete_member(region: Region, group: ReplicationGroup, node: Node) -> dict:
    shard = group.shard_of(node.id)
    if node is shard.primary:
        raise Fault(
            "InvalidCacheClusterState",
            f"{node.id} is the primary of {group.id}: delete the group, or promote a replica first.",
        )
    if group.status != "available":
        raise Fault(
            "InvalidReplicationGroupState", f"Replication group {group.id} is not in available state."
        )
    answer = {**describe_member(group, node), "CacheClusterStatus": "deleting"}
    change(region, group, [lambda: replicas.remove(region, group, shard, node)])
    return {"CacheCluster": answer}
