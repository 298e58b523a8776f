"""Replication groups: create, describe, modify, delete."""

from datetime import UTC, datetime
from itertools import islice

from .. import events
from ..asking import Ask, slot_range
from ..facts import catalog
from ..facts.addresses import new_code
from ..faults import Fault, NotInTheBox, not_found
from ..plane import cluster, slots
from ..plane.access import Access
from ..plane.node import Blueprint, Gone, certificate
from ..plane.shard import Shard
from ..region import Region
from ..resources.cluster import CacheCluster
from ..resources.group import ReplicationGroup
from ..resources.snapshot import Snapshot
from . import logs, networks, parameters, repair, snapshots, tags, users
from .operations import performs
from .paging import page
from .work import Step, bring_up, change, remove

KEPT_PARAMETERS = (
    "AutoMinorVersionUpgrade",
    "DataTieringEnabled",
    "Durability",
    "IpDiscovery",
    "KmsKeyId",
    "NetworkType",
    "NotificationTopicArn",
    "NotificationTopicStatus",
    "PreferredMaintenanceWindow",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
)
DEFERRABLE = ("CacheNodeType", "CacheParameterGroupName", "Engine", "EngineVersion")


# Create.


@performs("CreateReplicationGroup")
def create(region: Region, given: dict) -> dict:
    ask = Ask("CreateReplicationGroup", given, region)
    for parameter, why in (
        ("GlobalReplicationGroupId", "there is one Region in it, and global datastores join two"),
        ("ServerlessCacheSnapshotName", "restore a snapshot of a replication group instead"),
        ("SnapshotArns", "there is no S3 object that the engines could read; use SnapshotName"),
    ):
        if given.get(parameter):
            raise NotInTheBox(f"CreateReplicationGroup with {parameter}", why)
    if given.get("Durability") in ("sync", "async"):
        raise NotInTheBox("Durability", "its engines keep everything in memory only")
    snapshot = region.snapshot(given["SnapshotName"]) if given.get("SnapshotName") else None
    if given.get("PrimaryClusterId"):
        group = _around_existing(region, ask)
    else:
        group = new(region, ask, snapshot)
    region.groups[group.id] = group
    tags.keep(region, group.arn, given)
    tags.hand_down(region, group, group.nodes)
    answer = group.describe()
    bring_up(
        region,
        group,
        start=lambda: _start(region, group, snapshot),
        announce=lambda: _announce(region, group),
        failed=lambda error: _say_it_failed(region, group, error),
    )
    return {"ReplicationGroup": answer}


def new(region: Region, ask: Ask, snapshot: Snapshot | None = None) -> ReplicationGroup:
    """A group as the request describes it, on paper."""
    given, engine, version, cluster_mode = ask.given, ask.engine, ask.version, ask.cluster_mode
    node_type = given.get("CacheNodeType") or (snapshot.node_type if snapshot else "cache.t4g.micro")
    shards = ask.shards
    if snapshot and shards != len(snapshot.parts):
        raise Fault(
            "InvalidParameterCombination",
            f"Snapshot {snapshot.name} has {len(snapshot.parts)} node groups; {shards} were asked for.",
        )
    parameter_group = ask.parameter_group or parameters.default_of(region, version, cluster_mode)
    access = Access(cluster_mode=cluster_mode)
    if given.get("AuthToken"):
        access.set_token(given["AuthToken"])
    encrypted = bool(given.get("TransitEncryptionEnabled"))
    mode = (given.get("TransitEncryptionMode") or "required") if encrypted else None
    group_id = given["ReplicationGroupId"].lower()
    user_groups = given.get("UserGroupIds") or []
    access.logins = users.logins_of(region, user_groups)
    blueprint = Blueprint(
        settings=parameters.settings_of(engine, parameter_group, node_type),
        access=access,
        cluster_mode=cluster_mode,
        tls=certificate() if encrypted else None,
        plain_too=mode == "preferred",
        port=given.get("Port"),
    )
    at_rest = given.get("AtRestEncryptionEnabled")
    subnet_group_name, security_group_ids = networks.home(region, given)
    group = ReplicationGroup(
        id=group_id,
        arn=region.arn("replicationgroup", group_id),
        description=given["ReplicationGroupDescription"],
        engine=engine,
        version=version,
        node_type=node_type,
        parameter_group=parameter_group,
        shards=_layout(region, group_id, ask, blueprint, snapshot),
        automatic_failover=bool(given.get("AutomaticFailoverEnabled")),
        multi_az=bool(given.get("MultiAZEnabled")),
        given={key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None}
        | {"AtRestEncryptionEnabled": engine == "valkey" if at_rest is None else at_rest},
        subnet_group_name=subnet_group_name,
        security_group_ids=security_group_ids,
        user_group_ids=list(user_groups),
        tls=encrypted,
        tls_mode=mode,
        code=new_code(),
        token_changed=datetime.now(UTC) if given.get("AuthToken") else None,
    )
    logs.keep(group.given, given)
    group.since_failover_change = group.automatic_failover
    return group


def _layout(
    region: Region, group_id: str, ask: Ask, blueprint: Blueprint, snapshot: Snapshot | None
) -> list[Shard]:
    """Names, zones and slots: as asked for; otherwise in turn, and in equal shares."""
    zones = networks.zones_of(region, ask.subnet_group)
    shares = slots.shares(len(ask.layout))
    if snapshot and all(part.slots for part in snapshot.parts):
        shares = [part.slots for part in snapshot.parts]
    shards = []
    for number, ((shard_id, row), count) in enumerate(zip(ask.layout, ask.replica_counts, strict=True)):
        wanted = [row["PrimaryAvailabilityZone"]] if row.get("PrimaryAvailabilityZone") else []
        wanted += row.get("ReplicaAvailabilityZones") or []
        wanted = wanted or ask["PreferredCacheClusterAZs"] or []
        prefix = f"{group_id}-{shard_id}" if blueprint.cluster_mode else group_id
        layout = [
            (name, wanted[i] if i < len(wanted) else zones[(number + i) % len(zones)])
            for i, name in enumerate(islice(region.free_names(prefix), 1 + count))
        ]
        shard = Shard(shard_id, blueprint, layout)
        if blueprint.cluster_mode:
            shard.slots = slot_range(row["Slots"]) if row.get("Slots") else shares[number]
        shards.append(shard)
    return shards


def _around_existing(region: Region, ask: Ask) -> ReplicationGroup:
    """A group around a cluster that exists: it becomes the primary."""
    given = ask.given
    single = region.clusters.get(given["PrimaryClusterId"].lower())
    if single is None or not single.shards:
        raise not_found("CacheCluster", given["PrimaryClusterId"])
    if single.status != "available":
        raise Fault("InvalidCacheClusterState", f"Cache cluster {single.id} is not in available state.")
    group_id = given["ReplicationGroupId"].lower()
    region.clusters.pop(single.id)
    region.fleet.unwatch(single.shards[0])
    single.blueprint.port = given.get("Port")
    return ReplicationGroup(
        id=group_id,
        arn=region.arn("replicationgroup", group_id),
        description=given["ReplicationGroupDescription"],
        engine=single.engine,
        version=single.version,
        node_type=single.node_type,
        parameter_group=single.parameter_group,
        shards=single.shards,
        automatic_failover=False,
        multi_az=False,
        given={"AtRestEncryptionEnabled": False},
        subnet_group_name=single.subnet_group_name,
        security_group_ids=single.security_group_ids,
        code=new_code(),
    )


def _start(region: Region, group: ReplicationGroup, snapshot: Snapshot | None) -> None:
    """Start what the group is made of; returns once all of it accepts connections."""
    if group.nodes[0].server:  # it exists already: see _around_existing
        group.shards[0].open_doors()
        group.shards[0].point_doors()
        return
    dumps = [part.file for part in snapshot.parts] if snapshot else [None] * len(group.shards)
    region.fleet.all_at_once([lambda s=s, d=d: s.start(d) for s, d in zip(group.shards, dumps, strict=True)])
    if group.cluster_mode:
        cluster.form(group.shards)
        group.open_door()


def _announce(region: Region, group: ReplicationGroup) -> None:
    for node in group.nodes:
        region.log.tell(events.CLUSTER, node.id, events.CLUSTER_CREATED)
        region.log.tell(events.CLUSTER, node.id, events.NODE_ADDED, node=node.number, zone=node.zone)
    for shard in group.shards:
        shard.point_doors()
    repair.watch(region, group)
    group.since_failover_change = False
    region.log.tell(events.GROUP, group.id, events.GROUP_CREATED)
    if group.automatic_failover:
        region.log.tell(events.GROUP, group.id, events.FAILOVER_ON)


def _say_it_failed(region: Region, group: ReplicationGroup, error: Exception) -> None:
    for node in group.nodes:
        region.log.tell(events.CLUSTER, node.id, events.CLUSTER_CREATE_FAILED)
    region.log.tell(events.GROUP, group.id, events.GROUP_CREATE_FAILED, reason=error)


# Describe.


@performs("DescribeReplicationGroups")
def describe(region: Region, given: dict) -> dict:
    if given.get("ReplicationGroupId"):
        groups = [region.need_group(given["ReplicationGroupId"])]
    else:
        groups = list(region.groups.values())
    return page([group.describe() for group in groups], given, "ReplicationGroups")


# Modify.


@performs("ModifyReplicationGroup")
def modify(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    if given.get("ClusterMode") == "compatible":
        raise NotInTheBox("ClusterMode compatible", "create a group with cluster mode enabled instead")
    if given.get("Durability") in ("sync", "async"):
        raise NotInTheBox("Durability", "its engines keep everything in memory only")
    if given.get("ReplicationGroupDescription") is not None:
        group.description = given["ReplicationGroupDescription"]
    group.given |= {
        k: given[k] for k in (*KEPT_PARAMETERS, "SnapshottingClusterId") if given.get(k) is not None
    }
    logs.keep(group.given, given)
    if given.get("SecurityGroupIds"):
        networks.protect()
        group.security_group_ids = given["SecurityGroupIds"]
        for node in group.nodes:
            region.log.tell(events.CLUSTER, node.id, events.SECURITY_GROUP_CHANGED)
    later = {k: given[k] for k in DEFERRABLE if given.get(k) is not None}
    work = _changes(region, group, given)
    if later and given.get("ApplyImmediately"):
        later, waiting = {**group.deferred, **later}, {}
        group.deferred = waiting
        work.append(lambda: apply_deferred(region, group, later))
    elif later:
        group.deferred |= later
    if work:
        change(region, group, work, last=lambda: _failover_changed(group))
    return {"ReplicationGroup": group.describe() | ({"Status": "modifying"} if work else {})}


def _failover_changed(group: ReplicationGroup) -> None:
    group.since_failover_change = False


def _changes(region: Region, group: ReplicationGroup, given: dict) -> list[Step]:
    """What a Modify request does to the running group, in order."""
    work = []
    if given.get("MultiAZEnabled") is not None:
        group.multi_az = given["MultiAZEnabled"]
        work.append(lambda: None)  # nothing to do in the engines, but AWS takes its time over it
    wanted = given.get("AutomaticFailoverEnabled")
    if wanted is not None and wanted != group.automatic_failover:
        group.automatic_failover, group.since_failover_change = wanted, True
        said = events.FAILOVER_ON if wanted else events.FAILOVER_OFF
        work.append(lambda: region.log.tell(events.GROUP, group.id, said))
    if given.get("PrimaryClusterId"):
        work.append(lambda: _promote(region, group, given["PrimaryClusterId"].lower()))
    if given.get("TransitEncryptionEnabled") is not None or given.get("TransitEncryptionMode"):
        work.append(lambda: _change_encryption(group, given))
    if given.get("AuthToken") or given.get("AuthTokenUpdateStrategy") == "DELETE":
        work.append(lambda: _change_token(group, given))
    if given.get("UserGroupIdsToAdd") or given.get("UserGroupIdsToRemove") or given.get("RemoveUserGroups"):
        work.append(lambda: _change_users(region, group, given))
    return work


def _promote(region: Region, group: ReplicationGroup, name: str) -> None:
    shard = group.shard_of(name)
    old, new = shard.primary, shard.node(name)
    if old is new:
        return
    try:
        shard.promote(new)
    except Gone:  # it died just now: everything is as it was
        return
    region.log.tell(events.CLUSTER, new.id, events.FAILED_OVER, old=old.id, new=new.id)
    region.log.tell(events.GROUP, group.id, events.FAILED_OVER, old=old.id, new=new.id)


def _change_token(group: ReplicationGroup, given: dict) -> None:
    strategy = given.get("AuthTokenUpdateStrategy") or "ROTATE"
    if strategy == "ROTATE":
        group.access.rotate_token(given["AuthToken"])
    elif strategy == "SET":
        group.access.set_token(given["AuthToken"])
    else:
        group.access.drop_tokens()
    group.token_changed = datetime.now(UTC)
    group.apply_access()


def _change_users(region: Region, group: ReplicationGroup, given: dict) -> None:
    leaving = set(given.get("UserGroupIdsToRemove") or ())
    if given.get("RemoveUserGroups"):
        leaving |= set(group.user_group_ids)
    group.user_group_ids = [name for name in group.user_group_ids if name not in leaving]
    group.user_group_ids += given.get("UserGroupIdsToAdd") or []
    if group.user_group_ids:
        group.access.drop_tokens()
    users.let_in(region, group, group.user_group_ids)


def _change_encryption(group: ReplicationGroup, given: dict) -> None:
    """Off, preferred (both kinds of connection on one port), required. The addresses change with it."""
    wanted = given.get("TransitEncryptionEnabled")
    group.tls = group.tls if wanted is None else wanted
    group.tls_mode = (
        (given.get("TransitEncryptionMode") or group.tls_mode or "required") if group.tls else None
    )
    blueprint = group.blueprint
    was = blueprint.tls
    blueprint.tls = (was or certificate()) if group.tls else None
    blueprint.plain_too = group.tls_mode == "preferred"
    group.change_doors()


def apply_deferred(region: Region, group: ReplicationGroup, changes: dict) -> None:
    """Engine, version, node type, parameter group: what waits for the maintenance window by default."""
    if changes.get("Engine"):
        group.engine = changes["Engine"].lower()
    if changes.get("EngineVersion") or changes.get("Engine"):
        group.version = catalog.find_version(group.engine, changes.get("EngineVersion")) or group.version
        if group.parameter_group.is_default:
            group.parameter_group = parameters.default_of(region, group.version, group.cluster_mode)
    if changes.get("CacheParameterGroupName"):
        group.parameter_group = region.parameter_group(changes["CacheParameterGroupName"])
    if changes.get("CacheNodeType") and not parameters.fits(region, group, changes["CacheNodeType"]):
        changes = {key: value for key, value in changes.items() if key != "CacheNodeType"}
    group.node_type = changes.get("CacheNodeType") or group.node_type
    group.blueprint.settings = parameters.settings_of(group.engine, group.parameter_group, group.node_type)
    for node in group.nodes:
        node.configure(group.blueprint.settings)
        if changes.get("CacheNodeType"):
            region.log.tell(events.CLUSTER, node.id, events.SCALED, node_type=group.node_type)
        if changes.get("CacheParameterGroupName"):
            name = group.parameter_group.name
            region.log.tell(events.CLUSTER, node.id, events.PARAMETER_GROUP_USED, name=name)


# Delete.


@performs("DeleteReplicationGroup")
def delete(region: Region, given: dict) -> dict:
    group = region.need_group(given["ReplicationGroupId"])
    if group.status not in ("available", "create-failed"):
        raise Fault(
            "InvalidReplicationGroupState",
            f"Replication group {group.id} has status {group.status} which is not valid for deletion.",
        )
    keep = given.get("RetainPrimaryCluster")
    if keep and group.cluster_mode:
        raise Fault(
            "InvalidParameterCombination",
            "RetainPrimaryCluster can only be used if the replication group has only one primary.",
        )
    final = given.get("FinalSnapshotIdentifier")
    if final and region.snapshot(final):
        raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {final} already exists.")
    if group.status == "create-failed" and (final or keep):
        raise Fault(
            "InvalidReplicationGroupState",
            f"Replication group {group.id} is create-failed: there is nothing in it to keep.",
        )
    group.status = "deleting"
    answer = group.describe()
    leaving = [node for node in group.nodes if not (keep and node is group.primary)]

    def save() -> bool:
        if final and not snapshots.take(region, final.lower(), group):
            return False
        if keep:
            _keep_primary(region, group)
        return True

    def say_so() -> None:
        tags.forget_nodes(region, leaving)
        snapshots.forget_automatic(region, group)
        for node in leaving:
            region.log.tell(events.CLUSTER, node.id, events.CLUSTER_DELETED)
        region.log.tell(events.GROUP, group.id, events.GROUP_DELETED)

    remove(region, group, region.groups, before=save, after=say_so)
    return {"ReplicationGroup": answer}


def _keep_primary(region: Region, group: ReplicationGroup) -> None:
    """RetainPrimaryCluster: the primary lives on as a cluster by itself."""
    shard, node = group.shards[0], group.primary
    region.fleet.unwatch(shard)
    kept = CacheCluster(
        id=node.id,
        arn=region.arn("cluster", node.id),
        engine=group.engine,
        version=group.version,
        node_type=group.node_type,
        parameter_group=group.parameter_group,
        given=dict(group.given),
        shards=[shard.spare(node)],
        subnet_group_name=group.subnet_group_name,
        security_group_ids=group.security_group_ids,
        tls=group.tls,
        status="available",
        code=group.code,
    )
    region.clusters[node.id] = kept
    repair.watch(region, kept)
