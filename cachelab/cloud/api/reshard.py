"""ModifyReplicationGroupShardConfiguration: more or fewer shards while clients keep reading and writing.

Slots move by Valkey's own atomic slot migration. Each shard ends with one run of slots, as AWS deals
them out to a new cluster; AWS itself moves fewer of them and leaves gaps.
"""

from itertools import islice

from .. import events
from ..faults import Fault
from ..plane import cluster, slots
from ..plane.node import Gone
from ..plane.shard import Shard
from ..region import Region
from ..resources.group import ReplicationGroup
from . import networks, repair, tags
from .operations import performs
from .replicas import need_shards
from .work import change


@performs("ModifyReplicationGroupShardConfiguration")
def change_shards(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    now, wanted = len(group.shards), given["NodeGroupCount"]
    if not group.cluster_mode:
        raise Fault(
            "InvalidReplicationGroupState",
            f"Replication group {group.id} has cluster mode disabled: it has one shard, for good.",
        )
    if wanted == now:
        raise Fault("NoOperationFault", f"Replication group {group.id} has {now} node groups already.")
    if wanted < 1:
        raise Fault("InvalidParameterValue", "NodeGroupCount must be at least 1.")
    leaving = _leaving(group, given) if wanted < now else []
    added = _added(region, group, given, wanted - now) if wanted > now else []
    staying = [shard for shard in group.shards if shard not in leaving] + added
    work = (
        (lambda: _grow(region, group, added, staying))
        if added
        else (lambda: _shrink(region, group, leaving, staying))
    )
    answer = {**group.describe(), "Status": "modifying"}
    change(region, group, [work])
    return {"ReplicationGroup": answer}


def _leaving(group: ReplicationGroup, given: dict) -> list[Shard]:
    remove, retain = given.get("NodeGroupsToRemove"), given.get("NodeGroupsToRetain")
    if bool(remove) == bool(retain):
        raise Fault(
            "InvalidParameterCombination",
            "To have fewer node groups, name either NodeGroupsToRemove or NodeGroupsToRetain.",
        )
    need_shards(group, remove or retain)
    names = set(remove) if remove else {shard.id for shard in group.shards} - set(retain)
    if len(group.shards) - len(names) != given["NodeGroupCount"]:
        raise Fault(
            "InvalidParameterCombination",
            f"{len(group.shards)} node groups less {len(names)} are not {given['NodeGroupCount']}.",
        )
    return [shard for shard in group.shards if shard.id in names]


def _added(region: Region, group: ReplicationGroup, given: dict, count: int) -> list[Shard]:
    rows = {row.get("NodeGroupId"): row for row in given.get("ReshardingConfiguration") or ()}
    zones = networks.zones_of(region, region.subnet_group(group.subnet_group_name or ""))
    taken = {shard.id for shard in group.shards}
    numbers = (n for i in range(1, 1000) if (n := f"{i:04}") not in taken)
    replicas = min(len(shard.replicas) for shard in group.shards)
    shards = []
    for index in range(count):
        id = next(numbers)
        wanted = rows.get(id, {}).get("PreferredAvailabilityZones") or []
        layout = [
            (
                name,
                wanted[i] if i < len(wanted) else zones[(index + i) % len(zones)],
            )
            for i, name in enumerate(islice(region.free_names(f"{group.id}-{id}"), 1 + replicas))
        ]
        shards.append(Shard(id, group.blueprint, layout))
    return shards


def _grow(region: Region, group: ReplicationGroup, added: list[Shard], staying: list[Shard]) -> None:
    repair.wait_until_whole(region, group.shards)
    member = group.shards[0].primary
    region.fleet.all_at_once([shard.start for shard in added])
    newcomers = [node for shard in added for node in shard.nodes]
    for node in newcomers:
        slots.introduce(node, member)
    everyone = newcomers + [node for node in group.nodes if node.alive]
    slots.wait_until_known(everyone, len(everyone))
    for shard in added:
        shard.slots = None
        for replica in shard.replicas:
            slots.follow(replica, shard.primary)
            replica.wait_for_sync()
    slots.wait_until_ok(newcomers)
    _deal(region, group, staying)
    for shard in added:
        shard.mark_available()
        tags.hand_down(region, group, shard.nodes)
        for node in shard.nodes:
            region.log.tell(events.CLUSTER, node.id, events.CLUSTER_CREATED)
            region.log.tell(events.CLUSTER, node.id, events.NODE_ADDED, node=node.number, zone=node.zone)
    group.shards.extend(added)
    repair.watch(region, group)
    group.point_door()


def _shrink(region: Region, group: ReplicationGroup, leaving: list[Shard], staying: list[Shard]) -> None:
    _deal(region, group, staying, leaving)
    keepers = [node for shard in staying for node in shard.nodes]
    for shard in leaving:
        region.fleet.unwatch(shard)
        for node in shard.nodes:
            slots.forget(node, keepers)
        group.shards.remove(shard)
    group.point_door()
    for shard in leaving:
        shard.close()
        tags.forget_nodes(region, shard.nodes)
        for node in shard.nodes:
            region.log.tell(events.CLUSTER, node.id, events.CLUSTER_DELETED, owner=group.id)


def _deal(region: Region, group: ReplicationGroup, staying: list[Shard], leaving: list[Shard] = ()) -> None:
    """Give each staying shard its share. If a node dies meanwhile, it goes on once that is replaced."""
    for attempt in range(1, repair.ATTEMPTS + 1):
        repair.wait_until_whole(region, group.shards)
        try:
            return _share_out(staying, [*staying, *leaving])
        except (*Gone, RuntimeError):
            if attempt == repair.ATTEMPTS:
                raise


def _share_out(staying: list[Shard], holders: list[Shard]) -> None:
    """Move what others hold of each staying shard's share."""
    for shard, (low, high) in zip(staying, slots.shares(len(staying)), strict=True):
        for holder in holders:
            if holder is not shard:
                for first, last in slots.owned(holder.primary, low, high):
                    slots.migrate(holder.primary, shard.primary, first, last)
        shard.slots = (low, high)
    there = [node for shard in holders for node in shard.nodes if node.alive]
    cluster.wait_until_agreed(there, staying)
