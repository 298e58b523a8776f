"""Replication groups: create, describe, modify, scale, fail over, delete."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from .. import catalog, events
from ..addresses import new_code
from ..asking import Ask
from ..plane import slots
from ..plane.access import Access
from ..plane.node import Blueprint, Node, certificate, changed, open_door
from ..plane.shard import Shard
from .faults import Fault, NotInTheBox, not_found
from .group import ReplicationGroup
from .operations import performs
from .paging import page

KEPT_PARAMETERS = (
    "AutoMinorVersionUpgrade",
    "DataTieringEnabled",
    "Durability",
    "IpDiscovery",
    "KmsKeyId",
    "LogDeliveryConfigurations",
    "NetworkType",
    "NotificationTopicArn",
    "PreferredMaintenanceWindow",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
)
DEFERRABLE = ("CacheNodeType", "CacheParameterGroupName", "Engine", "EngineVersion")
RECOVER_SECONDS = 60.0
TESTS_A_DAY = 15  # shards whose failover may be tested in 24 hours


class ReplicationGroups:
    """The operations on replication groups; a part of the backend."""

    # Create.

    @performs("CreateReplicationGroup")
    def create_group(self, given: dict) -> dict:
        ask = Ask("CreateReplicationGroup", given, self)
        for parameter, why in (
            ("GlobalReplicationGroupId", "there is one Region in it, and global datastores join two"),
            ("ServerlessCacheSnapshotName", "restore a snapshot of a replication group instead"),
            ("SnapshotArns", "there is no S3 object that the engines could read; use SnapshotName"),
        ):
            if given.get(parameter):
                raise NotInTheBox(f"CreateReplicationGroup with {parameter}", why)
        if given.get("Durability") in ("sync", "async"):
            raise NotInTheBox("Durability", "its engines keep everything in memory only")
        snapshot = self.snapshot(given["SnapshotName"]) if given.get("SnapshotName") else None
        group = (
            self._group_of_existing(ask) if given.get("PrimaryClusterId") else self._new_group(ask, snapshot)
        )
        self.replication_groups[group.id] = group
        self.keep_tags(group.arn, given)
        answer = group.describe()
        self.fleet.run(lambda: self._bring_up(group, snapshot))
        return {"ReplicationGroup": answer}

    def _new_group(self, ask: Ask, snapshot=None) -> ReplicationGroup:
        given, engine, version, cluster_mode = ask.given, ask.engine, ask.version, ask.cluster_mode
        node_type = given.get("CacheNodeType") or (snapshot.node_type if snapshot else "cache.t4g.micro")
        shards = ask.shards
        if snapshot and shards != len(snapshot.parts):
            raise Fault(
                "InvalidParameterCombination",
                f"Snapshot {snapshot.name} has {len(snapshot.parts)} node groups; {shards} were asked for.",
            )
        parameter_group = ask.parameter_group or self.default_parameter_group(version, cluster_mode)
        access = Access(cluster_mode=cluster_mode)
        if given.get("AuthToken"):
            access.set_token(given["AuthToken"])
        encrypted = bool(given.get("TransitEncryptionEnabled"))
        mode = (given.get("TransitEncryptionMode") or "required") if encrypted else None
        group_id = given["ReplicationGroupId"].lower()
        user_groups = given.get("UserGroupIds") or []
        access.logins = self.logins_of(user_groups)
        blueprint = Blueprint(
            settings=self.settings_of(engine, parameter_group, node_type),
            access=access,
            cluster_mode=cluster_mode,
            tls=certificate() if encrypted else None,
            plain_too=mode == "preferred",
        )
        at_rest = given.get("AtRestEncryptionEnabled")
        group = ReplicationGroup(
            id=group_id,
            arn=self.arn("replicationgroup", group_id),
            description=given["ReplicationGroupDescription"],
            engine=engine,
            version=version,
            node_type=node_type,
            parameter_group=parameter_group,
            blueprint=blueprint,
            shards=self._layout(group_id, ask, blueprint, shards),
            automatic_failover=bool(given.get("AutomaticFailoverEnabled")),
            multi_az=bool(given.get("MultiAZEnabled")),
            given={key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None}
            | {"AtRestEncryptionEnabled": engine == "valkey" if at_rest is None else at_rest},
            subnet_group_name=given.get("CacheSubnetGroupName"),
            security_group_ids=given.get("SecurityGroupIds") or [],
            user_group_ids=list(user_groups),
            tls=encrypted,
            tls_mode=mode,
            code=new_code(),
            token_changed=datetime.now(UTC) if given.get("AuthToken") else None,
        )
        group.since_failover_change = group.automatic_failover
        return group

    def _layout(self, group_id: str, ask: Ask, blueprint: Blueprint, count: int) -> list[Shard]:
        """Names and zones: as asked for, otherwise spread over the subnet group's zones in turn."""
        given, zones = ask.given, self.zones_of(ask.subnet_group)
        config = {
            row.get("NodeGroupId") or f"{index:04}": row
            for index, row in enumerate(given.get("NodeGroupConfiguration") or [], 1)
        }
        shards = []
        for number, share in enumerate(slots.shares(count)):
            shard_id = f"{number + 1:04}"
            row = config.get(shard_id, {})
            replicas = int(
                row.get("ReplicaCount", ask.replica_counts[0] if not config else ask.replica_counts[number])
            )
            wanted = [row["PrimaryAvailabilityZone"]] if row.get("PrimaryAvailabilityZone") else []
            wanted += row.get("ReplicaAvailabilityZones") or []
            wanted = wanted or given.get("PreferredCacheClusterAZs") or []
            prefix = f"{group_id}-{shard_id}" if blueprint.cluster_mode else group_id
            layout = [
                (f"{prefix}-{i + 1:03}", wanted[i] if i < len(wanted) else zones[(number + i) % len(zones)])
                for i in range(1 + replicas)
            ]
            shard = Shard(shard_id, blueprint, layout)
            if row.get("Slots"):
                share = tuple(int(edge) for edge in row["Slots"].split("-"))
            shard.slots = share if blueprint.cluster_mode else None
            shards.append(shard)
        return shards

    def _group_of_existing(self, ask: Ask) -> ReplicationGroup:
        """A group around a cluster that exists: it becomes the primary."""
        given = ask.given
        cluster = self.cache_clusters.get(given["PrimaryClusterId"].lower())
        if cluster is None or not cluster.shard:
            raise not_found("CacheCluster", given["PrimaryClusterId"])
        if cluster.status != "available":
            raise Fault("InvalidCacheClusterState", f"Cache cluster {cluster.id} is not in available state.")
        group_id = given["ReplicationGroupId"].lower()
        self.cache_clusters.pop(cluster.id)
        self.fleet.unwatch(cluster.shard)
        return ReplicationGroup(
            id=group_id,
            arn=self.arn("replicationgroup", group_id),
            description=given["ReplicationGroupDescription"],
            engine=cluster.engine,
            version=cluster.version,
            node_type=cluster.node_type,
            parameter_group=cluster.parameter_group,
            blueprint=cluster.shard.blueprint,
            shards=[cluster.shard],
            automatic_failover=False,
            multi_az=False,
            given={"AtRestEncryptionEnabled": False},
            subnet_group_name=cluster.subnet_group_name,
            security_group_ids=cluster.security_group_ids,
            code=new_code(),
        )

    def _bring_up(self, group: ReplicationGroup, snapshot=None) -> None:
        """Start what the group is made of; available once all of it accepts connections."""
        try:
            self._fail_if_told(group.id)
            if group.nodes[0].server:  # it exists already: see _group_of_existing
                group.shards[0].open_doors()
                group.shards[0].point_doors()
            else:
                self._start_shards(group, snapshot)
            self.fleet.take_time(group.since)
        except Exception as error:
            self._give_up(group, error)
            return
        for node in group.nodes:
            node.status = "available"
            self.log.tell(events.CLUSTER, node.id, events.CLUSTER_CREATED)
            self.log.tell(events.CLUSTER, node.id, events.NODE_ADDED, node=node.number, zone=node.zone)
        for shard in group.shards:
            shard.point_doors()
            self.fleet.watch(shard, lambda shard, node: self.repair(group, shard, node))
        group.status, group.since_failover_change = "available", False
        self.log.tell(events.GROUP, group.id, events.GROUP_CREATED)
        if group.automatic_failover:
            self.log.tell(events.GROUP, group.id, events.FAILOVER_ON)
        self.fleet.announce()

    def _start_shards(self, group: ReplicationGroup, snapshot) -> None:
        dumps = [part.file for part in snapshot.parts] if snapshot else [None] * len(group.shards)
        self.fleet.all_at_once(
            [lambda s=s, d=d: s.start(d) for s, d in zip(group.shards, dumps, strict=True)]
        )
        if group.cluster_mode:
            slots.form(group.shards)
            group.door = open_door(group.blueprint)
            self.point_configuration_door(group)

    def point_configuration_door(self, group: ReplicationGroup) -> None:
        """The configuration endpoint reaches any live node; clients learn the others from it."""
        if group.door:
            live = [node for node in group.nodes if node.alive]
            if live:
                group.door.retarget(*(node.address for node in live))

    def _fail_if_told(self, name: str) -> None:
        reason, self.fleet.fail_next = self.fleet.fail_next, None
        if reason:
            raise RuntimeError(reason)

    def _give_up(self, group: ReplicationGroup, error: Exception) -> None:
        group.close()
        self.fleet.take_time(group.since)
        group.status = "create-failed"
        for node in group.nodes:
            self.log.tell(events.CLUSTER, node.id, events.CLUSTER_CREATE_FAILED)
        self.log.tell(events.GROUP, group.id, events.GROUP_CREATE_FAILED, reason=error)
        self.fleet.announce()

    # Describe.

    @performs("DescribeReplicationGroups")
    def describe_groups(self, given: dict) -> dict:
        if given.get("ReplicationGroupId"):
            groups = [self.need_group(given["ReplicationGroupId"])]
        else:
            groups = list(self.replication_groups.values())
        return page([group.describe() for group in groups], given, "ReplicationGroups")

    # Modify.

    @performs("ModifyReplicationGroup")
    def modify_group(self, given: dict) -> dict:
        group = self.need_group(given["ReplicationGroupId"])
        if given.get("ClusterMode") == "compatible":
            raise NotInTheBox("ClusterMode compatible", "create a group with cluster mode enabled instead")
        if given.get("Durability") in ("sync", "async"):
            raise NotInTheBox("Durability", "its engines keep everything in memory only")
        if given.get("ReplicationGroupDescription") is not None:
            group.description = given["ReplicationGroupDescription"]
        group.given |= {
            k: given[k] for k in (*KEPT_PARAMETERS, "SnapshottingClusterId") if given.get(k) is not None
        }
        if given.get("SecurityGroupIds"):
            group.security_group_ids = given["SecurityGroupIds"]
            for node in group.nodes:
                self.log.tell(events.CLUSTER, node.id, events.SECURITY_GROUP_CHANGED)
        later = {k: given[k] for k in DEFERRABLE if given.get(k) is not None}
        work = self._changes(group, given)
        if later and given.get("ApplyImmediately"):
            later, waiting = {**group.deferred, **later}, {}
            group.deferred = waiting
            work.append(lambda: self.apply_deferred(group, later))
        elif later:
            group.deferred |= later
        if work:
            self._in_modifying(group, work)
        return {
            "ReplicationGroup": group.describe() if not work else {**group.describe(), "Status": "modifying"}
        }

    def _in_modifying(self, group: ReplicationGroup, work: list) -> None:
        group.status, since = "modifying", time.monotonic()

        def change() -> None:
            try:
                for step in work:
                    step()
                self.fleet.take_time(since)
            finally:
                if group.status == "modifying":
                    group.status, group.since_failover_change = "available", False
                self.fleet.announce()

        self.fleet.run(change)

    def _changes(self, group: ReplicationGroup, given: dict) -> list:
        """What a Modify request does to the running group, in order."""
        work = []
        if given.get("MultiAZEnabled") is not None:
            group.multi_az = given["MultiAZEnabled"]
            work.append(lambda: None)
        wanted = given.get("AutomaticFailoverEnabled")
        if wanted is not None and wanted != group.automatic_failover:
            group.automatic_failover, group.since_failover_change = wanted, True
            said = events.FAILOVER_ON if wanted else events.FAILOVER_OFF
            work.append(lambda: self.log.tell(events.GROUP, group.id, said))
        if given.get("PrimaryClusterId"):
            work.append(lambda: self._promote(group, given["PrimaryClusterId"].lower()))
        if given.get("TransitEncryptionEnabled") is not None or given.get("TransitEncryptionMode"):
            work.append(lambda: self._change_encryption(group, given))
        if given.get("AuthToken") or given.get("AuthTokenUpdateStrategy") == "DELETE":
            work.append(lambda: self._change_token(group, given))
        if (
            given.get("UserGroupIdsToAdd")
            or given.get("UserGroupIdsToRemove")
            or given.get("RemoveUserGroups")
        ):
            work.append(lambda: self._change_users(group, given))
        return work

    def _promote(self, group: ReplicationGroup, name: str) -> None:
        shard = group.shard_of(name)
        old, new = shard.primary, shard.node(name)
        if old is new:
            return
        shard.promote(new)
        self.log.tell(events.CLUSTER, new.id, events.FAILED_OVER, old=old.id, new=new.id)
        self.log.tell(events.GROUP, group.id, events.FAILED_OVER, old=old.id, new=new.id)

    def _change_token(self, group: ReplicationGroup, given: dict) -> None:
        strategy = given.get("AuthTokenUpdateStrategy") or "ROTATE"
        if strategy == "ROTATE":
            group.access.rotate_token(given["AuthToken"])
        elif strategy == "SET":
            group.access.set_token(given["AuthToken"])
        else:
            group.access.drop_tokens()
        group.token_changed = datetime.now(UTC)
        self.apply_access(group)

    def _change_users(self, group: ReplicationGroup, given: dict) -> None:
        leaving = set(given.get("UserGroupIdsToRemove") or ())
        if given.get("RemoveUserGroups"):
            leaving |= set(group.user_group_ids)
        group.user_group_ids = [name for name in group.user_group_ids if name not in leaving]
        group.user_group_ids += given.get("UserGroupIdsToAdd") or []
        if group.user_group_ids:
            group.access.drop_tokens()
        group.access.logins = self.logins_of(group.user_group_ids)
        self.apply_access(group)

    def apply_access(self, group) -> None:
        """Bring every live node's users up to date."""
        for node in group.nodes:
            if node.alive:
                node.apply_access()

    def _change_encryption(self, group: ReplicationGroup, given: dict) -> None:
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
        for shard in group.shards:
            shard.change_doors()
        if group.door:
            group.door = changed(group.door, blueprint)

    def apply_deferred(self, group: ReplicationGroup, changes: dict) -> None:
        """Engine, version, node type, parameter group: what waits for the maintenance window by default."""
        if changes.get("Engine"):
            group.engine = changes["Engine"].lower()
        if changes.get("EngineVersion") or changes.get("Engine"):
            group.version = catalog.find_version(group.engine, changes.get("EngineVersion")) or group.version
            if group.parameter_group.is_default:
                group.parameter_group = self.default_parameter_group(group.version, group.cluster_mode)
        if changes.get("CacheParameterGroupName"):
            group.parameter_group = self.find_parameter_group(changes["CacheParameterGroupName"])
        group.node_type = changes.get("CacheNodeType") or group.node_type
        group.blueprint.settings = self.settings_of(group.engine, group.parameter_group, group.node_type)
        for node in group.nodes:
            node.configure(group.blueprint.settings)
            if changes.get("CacheNodeType"):
                self.log.tell(events.CLUSTER, node.id, events.SCALED, node_type=group.node_type)
            if changes.get("CacheParameterGroupName"):
                name = group.parameter_group.name
                self.log.tell(events.CLUSTER, node.id, events.PARAMETER_GROUP_USED, name=name)

    # Scale.

    @performs("IncreaseReplicaCount")
    def increase_replicas(self, given: dict) -> dict:
        group = self.need_group(given["ReplicationGroupId"])
        rows = {row["NodeGroupId"]: row for row in given.get("ReplicaConfiguration") or ()}
        self._need_shards(group, rows)
        work = []
        for shard in group.shards:
            wanted = rows.get(shard.id, {}).get(
                "NewReplicaCount", None if rows else given.get("NewReplicaCount")
            )
            zones = list(rows.get(shard.id, {}).get("PreferredAvailabilityZones") or ())
            for _ in range((wanted or 0) - len(shard.replicas)):
                work.append(lambda shard=shard, zones=zones: self.add_replica(group, shard, zones))
        self._in_modifying(group, work)
        return {"ReplicationGroup": {**group.describe(), "Status": "modifying"}}

    def add_replica(
        self, group: ReplicationGroup, shard: Shard, zones: list[str], name: str | None = None
    ) -> Node:
        """One more replica, in the zone asked for, or where there are fewest."""
        prefix = f"{group.id}-{shard.id}" if group.cluster_mode else group.id
        taken = {node.id for node in group.nodes}
        name = name or next(n for i in range(1, 1000) if (n := f"{prefix}-{i:03}") not in taken)
        count = Counter(node.zone for node in shard.nodes)
        choice = self.zones_of(self.find_subnet_group(group.subnet_group_name or ""))
        zone = zones.pop(0) if zones else min(choice, key=lambda zone: count[zone])
        node = shard.add(name, zone)
        self.log.tell(events.CLUSTER, name, events.CLUSTER_CREATED)
        self.log.tell(events.CLUSTER, name, events.NODE_ADDED, node=node.number, zone=zone)
        self.point_configuration_door(group)
        return node

    @performs("DecreaseReplicaCount")
    def decrease_replicas(self, given: dict) -> dict:
        group = self.need_group(given["ReplicationGroupId"])
        rows = {row["NodeGroupId"]: row for row in given.get("ReplicaConfiguration") or ()}
        self._need_shards(group, rows)
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
            wanted = rows.get(shard.id, {}).get(
                "NewReplicaCount", None if rows else given.get("NewReplicaCount")
            )
            if wanted is not None:
                leaving += [(shard, node) for node in shard.replicas[wanted:]]
        self._in_modifying(group, [lambda s=s, n=n: self.remove_replica(group, s, n) for s, n in leaving])
        return {"ReplicationGroup": {**group.describe(), "Status": "modifying"}}

    def remove_replica(self, group: ReplicationGroup, shard: Shard, node: Node) -> None:
        shard.remove(node, group.nodes)
        self.point_configuration_door(group)
        self.log.tell(events.CLUSTER, node.id, events.CLUSTER_DELETED)

    def _need_shards(self, group: ReplicationGroup, names) -> None:
        for name in names:
            if not group.shard(name):
                raise Fault(
                    "NodeGroupNotFoundFault", f"Node group {name} not found in replication group {group.id}."
                )

    # Fail over.

    @performs("TestFailover")
    def test_failover(self, given: dict) -> dict:
        group = self.need_group(given["ReplicationGroupId"])
        self._need_shards(group, [given["NodeGroupId"]])
        shard = group.shard(given["NodeGroupId"])
        if any(node.status != "available" for node in shard.nodes):
            raise Fault(
                "InvalidReplicationGroupState",
                f"A node of node group {shard.id} is being replaced: wait until that has finished.",
            )
        if not shard.replicas:
            raise Fault(
                "InvalidParameterCombination", f"Node group {shard.id} has no replica to fail over to."
            )
        day_ago = datetime.now(UTC) - timedelta(days=1)
        self.failover_tests = [when for when in self.failover_tests if when > day_ago]
        if len(self.failover_tests) >= TESTS_A_DAY:
            raise Fault(
                "APICallRateForCustomerExceeded",
                f"Failover can be tested on at most {TESTS_A_DAY} node groups in 24 hours.",
            )
        self.failover_tests.append(datetime.now(UTC))
        self.log.tell(events.GROUP, group.id, events.TEST_FAILOVER, shard=shard.id)
        old = shard.primary

        def failover() -> None:
            old.kill()
            self.fleet.wait_until(
                lambda: shard.primary is not old and old.status == "available" and old.alive, RECOVER_SECONDS
            )

        answer = group.describe()
        self.fleet.run(failover)
        return {"ReplicationGroup": answer}

    # Delete.

    @performs("DeleteReplicationGroup")
    def delete_group(self, given: dict) -> dict:
        group = self.need_group(given["ReplicationGroupId"])
        if group.status not in ("available", "create-failed"):
            raise Fault(
                "InvalidReplicationGroupState",
                f"Replication group {group.id} is {group.status}: it cannot be deleted now.",
            )
        keep = given.get("RetainPrimaryCluster")
        if keep and group.cluster_mode:
            raise Fault(
                "InvalidParameterCombination",
                "RetainPrimaryCluster can only be used if the replication group has only one primary.",
            )
        final = given.get("FinalSnapshotIdentifier")
        if final and self.snapshot(final):
            raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {final} already exists.")
        if group.status == "create-failed" and (final or keep):
            raise Fault(
                "InvalidReplicationGroupState",
                f"Replication group {group.id} is create-failed: there is nothing in it to keep.",
            )
        since, group.status = time.monotonic(), "deleting"
        answer = group.describe()

        def delete() -> None:
            if final:
                self.take_snapshot(final.lower(), group, primaries=True)
            for shard in group.shards:
                self.fleet.unwatch(shard)
            kept = group.shards[0].primary if keep else None
            members = group.nodes
            if kept:
                self.keep_primary(group, kept)
            group.close(but=kept)
            self.fleet.take_time(since)
            for node in members:
                if node is not kept:
                    self.log.tell(events.CLUSTER, node.id, events.CLUSTER_DELETED)
            self.replication_groups.pop(group.id, None)
            self.forget_tags(group.arn)
            self.log.tell(events.GROUP, group.id, events.GROUP_DELETED)
            self.fleet.announce()

        self.fleet.run(delete)
        return {"ReplicationGroup": answer}
