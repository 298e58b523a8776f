"""Cache clusters: memcached, single Valkey/Redis OSS nodes, and the members of replication groups."""

import time

from ...engines.relay import Relay
from .. import catalog, events
from ..addresses import new_code
from ..asking import Ask
from ..parameters import memcached_arguments
from ..plane.access import Access
from ..plane.memcached import Discovery, MemcachedNode
from ..plane.node import NOWHERE, Blueprint, Node, certificate
from ..plane.shard import Shard
from .cluster import CacheCluster, describe_member
from .faults import Fault, NotInTheBox, not_found
from .group import ReplicationGroup
from .operations import performs
from .paging import page

KEPT_PARAMETERS = (
    "AutoMinorVersionUpgrade",
    "IpDiscovery",
    "LogDeliveryConfigurations",
    "NetworkType",
    "PreferredMaintenanceWindow",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
)


class CacheClusters:
    """The operations on cache clusters; a part of the backend."""

    # Create.

    @performs("CreateCacheCluster")
    def create_cluster(self, given: dict) -> dict:
        if given.get("OutpostMode") or given.get("SnapshotArns"):
            raise NotInTheBox("CreateCacheCluster on Outposts or from S3", "there is neither in it")
        if given.get("ReplicationGroupId"):
            return self._create_replica(given)
        ask = Ask("CreateCacheCluster", given, self)
        snapshot = self.snapshot(given["SnapshotName"]) if given.get("SnapshotName") else None
        cluster = self._new_cluster(ask, snapshot)
        self.cache_clusters[cluster.id] = cluster
        self.keep_tags(cluster.arn, given)
        answer = cluster.describe()
        self.fleet.run(lambda: self._start_cluster(cluster, snapshot))
        return {"CacheCluster": answer}

    def _new_cluster(self, ask: Ask, snapshot) -> CacheCluster:
        given = ask.given
        cluster_id = given["CacheClusterId"].lower()
        node_type = given.get("CacheNodeType") or snapshot.node_type
        group = ask.parameter_group or self.default_parameter_group(ask.version, cluster_mode=False)
        encrypted = bool(given.get("TransitEncryptionEnabled"))
        material = certificate() if encrypted else None
        cluster = CacheCluster(
            id=cluster_id,
            arn=self.arn("cluster", cluster_id),
            engine=ask.engine,
            version=ask.version,
            node_type=node_type,
            parameter_group=group,
            given={key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None},
            subnet_group_name=given.get("CacheSubnetGroupName"),
            security_group_ids=given.get("SecurityGroupIds") or [],
            tls=encrypted,
            since=time.monotonic(),
            code=new_code(),
        )
        zones = given.get("PreferredAvailabilityZones") or self.zones_of(ask.subnet_group)
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
            blueprint = Blueprint(self.settings_of(ask.engine, group, node_type), Access())
            cluster.shard = Shard("0001", blueprint, [(cluster_id, zones[0])])
        return cluster

    def _start_cluster(self, cluster: CacheCluster, snapshot=None) -> None:
        try:
            self._fail_if_told(cluster.id)
            if cluster.shard:
                cluster.shard.primary.start(dump=snapshot.parts[0].file if snapshot else None)
                self.fleet.watch(cluster.shard, self.replace)
            else:
                self.fleet.all_at_once([node.start for node in cluster.memcached])
                self._open_discovery(cluster)
                self.fleet.watch(cluster, lambda cluster, node: self.replace_memcached(node))
            self.fleet.take_time(cluster.since)
        except Exception:
            self._end_cluster(cluster)
            self.fleet.take_time(cluster.since)
            cluster.status = "create-failed"
            self.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_CREATE_FAILED)
            return
        cluster.status = "available"
        self.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_CREATED)
        for node in cluster.nodes:
            node.status = "available"
            self.log.tell(events.CLUSTER, cluster.id, events.NODE_ADDED, node=node.number, zone=node.zone)
        self.fleet.announce()

    def _open_discovery(self, cluster: CacheCluster) -> None:
        cluster.discovery = Discovery(lambda: list(cluster.memcached))
        if cluster.tls:
            cluster.discovery_front = Relay(NOWHERE, tls=cluster.memcached[0].tls)
            cluster.discovery_front.retarget(cluster.discovery.address)

    def _create_replica(self, given: dict) -> dict:
        """CreateCacheCluster with a ReplicationGroupId: the old way to add a replica."""
        group = self.need_group(given["ReplicationGroupId"])
        if group.status != "available" or group.cluster_mode:
            raise Fault(
                "InvalidReplicationGroupState",
                f"Replication group {group.id} must be available, without cluster mode, to take a replica.",
            )
        zones = [given["PreferredAvailabilityZone"]] if given.get("PreferredAvailabilityZone") else []
        name, shard = given["CacheClusterId"].lower(), group.shards[0]
        if len(shard.replicas) >= 5:
            raise Fault("NodeQuotaForClusterExceeded", "A replication group can have at most 5 replicas.")
        self._in_modifying(group, [lambda: self.add_replica(group, shard, zones, name)])
        waiting = Node(name, zones[0] if zones else shard.primary.zone, group.blueprint)
        return {"CacheCluster": {**describe_member(group, waiting), "CacheClusterStatus": "creating"}}

    # Describe.

    @performs("DescribeCacheClusters")
    def describe_clusters(self, given: dict) -> dict:
        nodes = bool(given.get("ShowCacheNodeInfo"))
        if given.get("CacheClusterId"):
            found = self.cluster(given["CacheClusterId"])
            if found is None:
                raise not_found("CacheCluster", given["CacheClusterId"])
            group, member = found if isinstance(found, tuple) else (None, found)
            row = describe_member(group, member, nodes) if group else member.describe(nodes)
            return {"CacheClusters": [row]}
        rows = [cluster.describe(nodes) for cluster in self.cache_clusters.values()]
        if not given.get("ShowCacheClustersNotInReplicationGroups"):
            for group in self.replication_groups.values():
                rows += [describe_member(group, node, nodes) for node in group.nodes]
        return page(sorted(rows, key=lambda row: row["CacheClusterId"]), given, "CacheClusters")

    # Modify.

    @performs("ModifyCacheCluster")
    def modify_cluster(self, given: dict) -> dict:
        cluster = self.need_cluster(given["CacheClusterId"])
        if isinstance(cluster, tuple):
            raise Fault(
                "InvalidParameterCombination",
                f"{given['CacheClusterId']} is part of a replication group: use ModifyReplicationGroup.",
            )
        if cluster.status != "available":
            raise Fault("InvalidCacheClusterState", f"Cache cluster {cluster.id} is not in available state.")
        cluster.given |= {key: given[key] for key in KEPT_PARAMETERS if given.get(key) is not None}
        if given.get("SecurityGroupIds"):
            cluster.security_group_ids = given["SecurityGroupIds"]
            self.log.tell(events.CLUSTER, cluster.id, events.SECURITY_GROUP_CHANGED)
        work = []
        if given.get("NumCacheNodes") is not None:
            work.append(self._resize(cluster, given))
        later = {
            key: given[key]
            for key in ("CacheNodeType", "EngineVersion", "CacheParameterGroupName")
            if given.get(key) is not None
        }
        if later and given.get("ApplyImmediately"):
            changes, cluster.deferred = {**cluster.deferred, **later}, {}
            work.append(lambda: self.apply_deferred_to_cluster(cluster, changes))
        elif later:
            cluster.deferred |= later
        if work:
            since, cluster.status = time.monotonic(), "modifying"

            def change() -> None:
                try:
                    for step in work:
                        step()
                    self.fleet.take_time(since)
                finally:
                    if cluster.status == "modifying":
                        cluster.status = "available"

            answer = cluster.describe()
            self.fleet.run(change)
            return {"CacheCluster": answer}
        return {"CacheCluster": cluster.describe()}

    def _resize(self, cluster: CacheCluster, given: dict):
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
                self.log.tell(events.CLUSTER, cluster.id, events.NODE_ADDED, node=node.number, zone=node.zone)
            for node in [node for node in cluster.memcached if node.number in leaving]:
                cluster.memcached.remove(node)
                node.close()
                self.log.tell(events.CLUSTER, cluster.id, events.NODES_REMOVED, node=node.number)
            if now != wanted:
                cluster.discovery.version += 1
                self.log.tell(events.CLUSTER, cluster.id, events.NODES_CHANGED, old=now, new=wanted)

        return resize

    def apply_deferred_to_cluster(self, cluster: CacheCluster, changes: dict) -> None:
        if changes.get("EngineVersion"):
            cluster.version = catalog.find_version(cluster.engine, changes["EngineVersion"])
        if changes.get("CacheParameterGroupName"):
            cluster.parameter_group = self.find_parameter_group(changes["CacheParameterGroupName"])
            name = cluster.parameter_group.name
            self.log.tell(events.CLUSTER, cluster.id, events.PARAMETER_GROUP_USED, name=name)
        if changes.get("CacheNodeType"):
            cluster.node_type = changes["CacheNodeType"]
            self.log.tell(events.CLUSTER, cluster.id, events.SCALED, node_type=cluster.node_type)
        if cluster.shard:
            cluster.shard.blueprint.settings = self.settings_of(
                cluster.engine, cluster.parameter_group, cluster.node_type
            )
            cluster.shard.primary.configure(cluster.shard.blueprint.settings)
        for node in cluster.memcached:
            node.arguments = memcached_arguments(cluster.parameter_group, cluster.node_type)
            if changes.get("CacheNodeType"):
                node.restart()  # memcached's size is fixed at its start; its content goes

    # Reboot, repair.

    @performs("RebootCacheCluster")
    def reboot_cluster(self, given: dict) -> dict:
        found = self.need_cluster(given["CacheClusterId"])
        numbers = given["CacheNodeIdsToReboot"]
        if isinstance(found, tuple):
            group, node = found
            if group.cluster_mode:
                raise Fault(
                    "InvalidCacheClusterState",
                    "Rebooting is not supported on Valkey or Redis OSS (cluster mode enabled) clusters.",
                )
            shard, nodes = group.shard_of(node.id), [node]

            def describe() -> dict:
                return describe_member(group, node)
        else:
            shard, nodes = found.shard, [node for node in found.nodes if node.number in numbers]
            describe = found.describe
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
                    shard.reboot(node)
                else:
                    self.log.tell(events.CLUSTER, node.id, events.NODE_SHUTDOWN, node=node.number)
                    node.restart()
            self.fleet.take_time(since)
            for node in nodes:
                node.status = "available"
                self.log.tell(events.CLUSTER, node.id, events.NODE_RESTARTED, node=node.number)
            if shard:
                shard.point_doors()

        answer = {**describe(), "CacheClusterStatus": "rebooting cache cluster nodes"}
        self.fleet.run(reboot)
        return {"CacheCluster": answer}

    def replace_memcached(self, node: MemcachedNode) -> None:
        """A memcached node that died comes back empty; nobody takes over for it meanwhile."""
        since, node.status = time.monotonic(), "recovering"
        self.fleet.wait_for_zones(lambda: {node.zone})
        self.log.tell(events.CLUSTER, node.id, events.RECOVERING, node=node.number)
        self.fleet.take_time(since)
        if node.status == "recovering":
            node.restart()
            node.status = "available"
            self.log.tell(events.CLUSTER, node.id, events.RECOVERED, node=node.number)

    # Delete.

    @performs("DeleteCacheCluster")
    def delete_cluster(self, given: dict) -> dict:
        found = self.need_cluster(given["CacheClusterId"])
        if isinstance(found, tuple):
            return self._delete_member(*found)
        cluster = found
        if cluster.status not in ("available", "create-failed"):
            raise Fault("InvalidCacheClusterState", f"Cache cluster {cluster.id} is not in available state.")
        final = given.get("FinalSnapshotIdentifier")
        if final and cluster.engine == "memcached":
            raise Fault("InvalidParameterCombination", "Memcached has no snapshots: leave out the final one.")
        if final and self.snapshot(final):
            raise Fault("SnapshotAlreadyExistsFault", f"Snapshot {final} already exists.")
        if final and cluster.status == "create-failed":
            raise Fault(
                "InvalidCacheClusterState",
                f"Cache cluster {cluster.id} is create-failed: there is nothing in it to keep.",
            )
        since, cluster.status = time.monotonic(), "deleting"

        def delete() -> None:
            if final:
                self.take_snapshot(final.lower(), cluster, primaries=True)
            self._end_cluster(cluster)
            self.fleet.take_time(since)
            self.cache_clusters.pop(cluster.id, None)
            self.forget_tags(cluster.arn)
            self.log.tell(events.CLUSTER, cluster.id, events.CLUSTER_DELETED)
            self.fleet.announce()

        answer = cluster.describe()
        self.fleet.run(delete)
        return {"CacheCluster": answer}

    def _delete_member(self, group: ReplicationGroup, node: Node) -> dict:
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
        self._in_modifying(group, [lambda: self.remove_replica(group, shard, node)])
        return {"CacheCluster": answer}

    def _end_cluster(self, cluster: CacheCluster) -> None:
        self.fleet.unwatch(cluster.shard or cluster)
        cluster.close()

    def keep_primary(self, group: ReplicationGroup, node: Node) -> None:
        """RetainPrimaryCluster: the primary lives on as a cluster by itself."""
        alone = Shard("0001", group.blueprint, [(node.id, node.zone)])
        alone.nodes, alone.primary = [node], node
        cluster = CacheCluster(
            id=node.id,
            arn=self.arn("cluster", node.id),
            engine=group.engine,
            version=group.version,
            node_type=group.node_type,
            parameter_group=group.parameter_group,
            given=dict(group.given),
            shard=alone,
            subnet_group_name=group.subnet_group_name,
            security_group_ids=group.security_group_ids,
            tls=group.tls,
            status="available",
            code=group.code,
        )
        self.cache_clusters[node.id] = cluster
        self.fleet.watch(alone, self.replace)
