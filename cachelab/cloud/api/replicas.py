"""Replicas: more of them, fewer of them."""

from collections import Counter
from collections.abc import Iterable

from .. import events
from ..faults import Fault, not_found
from ..plane.node import Gone, Node
from ..plane.shard import Shard
from ..region import Region
from ..resources.group import ReplicationGroup
from . import networks, repair, tags
from .operations import performs
from .work import change


@performs("IncreaseReplicaCount")
def increase(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    rows = {row["NodeGroupId"]: row for row in given.get("ReplicaConfiguration") or ()}
    need_shards(group, rows)
    work, names = [], []
    for shard in group.shards:
        wanted = rows.get(shard.id, {}).get("NewReplicaCount", None if rows else given.get("NewReplicaCount"))
        zones = list(rows.get(shard.id, {}).get("PreferredAvailabilityZones") or ())
        for _ in range((wanted or 0) - len(shard.replicas)):
            names.append(_free_name(region, group, shard, names))
            work.append(
                lambda shard=shard, zones=zones, name=names[-1]: add(region, group, shard, zones, name)
            )
    # AWS names the new members at once, and describes them in their node group when they are there.
    answer = group.describe() | {"Status": "modifying", "MemberClusters": sorted(group.member_ids + names)}
    change(region, group, work)
    return {"ReplicationGroup": answer}


def _free_name(region: Region, group: ReplicationGroup, shard: Shard, taken: list[str]) -> str:
    """What the next member of a shard is called."""
    prefix = f"{group.id}-{shard.id}" if group.cluster_mode else group.id
    return next(name for name in region.free_names(prefix) if name not in taken)


def add(region: Region, group: ReplicationGroup, shard: Shard, zones: list[str], name: str) -> Node:
    """One more replica, in the zone asked for, or where there are fewest."""
    count = Counter(node.zone for node in shard.nodes)
    choice = networks.zones_of(region, region.subnet_group(group.subnet_group_name or ""))
    zone = zones.pop(0) if zones else min(choice, key=lambda zone: count[zone])
    for attempt in range(1, repair.ATTEMPTS + 1):
        repair.wait_for_primary(region, shard)
        try:
            node = shard.add(name, zone, group.nodes)
            break
        except Gone:  # the primary died meanwhile: its successor is copied
            if attempt == repair.ATTEMPTS:
                raise
    tags.hand_down(region, group, [node])
    region.log.tell(events.CLUSTER, name, events.CLUSTER_CREATED)
    region.log.tell(events.CLUSTER, name, events.NODE_ADDED, node=node.number, zone=zone)
    group.point_door()
    return node


@performs("DecreaseReplicaCount")
def decrease(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    rows = {row["NodeGroupId"]: row for row in given.get("ReplicaConfiguration") or ()}
    need_shards(group, rows)
    named = [name.lower() for name in given.get("ReplicasToRemove") or ()]
    leaving: list[tuple[Shard, Node]] = []
    for name in named:
        shard = group.shard_of(name)
        if shard is None:
            raise not_found("CacheCluster", name)
        if shard.primary is shard.node(name):
            raise Fault("InvalidParameterValue", f"{name} is the primary: only replicas can be removed.")
        leaving.append((shard, shard.node(name)))
    for shard in group.shards if not named else ():
        wanted = rows.get(shard.id, {}).get("NewReplicaCount", None if rows else given.get("NewReplicaCount"))
        if wanted is not None:
            leaving += [(shard, node) for node in shard.replicas[wanted:]]
    answer = {**group.describe(), "Status": "modifying"}  # as it stands: they leave one by one
    change(region, group, [lambda s=s, n=n: remove(region, group, s, n) for s, n in leaving])
    return {"ReplicationGroup": answer}


def remove(region: Region, group: ReplicationGroup, shard: Shard, node: Node) -> None:
    shard.remove(node, group.nodes)
    group.point_door()
    tags.forget_nodes(region, [node])
    region.log.tell(events.CLUSTER, node.id, events.CLUSTER_DELETED, owner=group.id)


def need_shards(group: ReplicationGroup, names: Iterable[str]) -> None:
    """Raise AWS's error for the first node group that is not there."""
    for name in names:
        if not group.shard(name):
            raise Fault(
                "NodeGroupNotFoundFault", f"Node group {name} not found in replication group {group.id}."
            )
