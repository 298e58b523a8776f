"""How many nodes, where, and what failover needs."""

import itertools

from ..asking import Ask, slot_range
from ..plane.slots import SLOTS
from .rule import CLUSTER, COMBINATION, CREATE, GROUP, MODIFY, REPLICAS, VALUE, Rule, outside


def _unknown_zone(ask: Ask):
    for zone in ask.zones_named:
        if zone not in ask.region.zones:
            return {"zone": zone}
    return None


def _slots_asked(ask: Ask) -> list[str]:
    return [row["Slots"] for _, row in ask.layout if row.get("Slots")]


def _no_slots(ask: Ask):
    return next(({"slots": text} for text in _slots_asked(ask) if slot_range(text) is None), None)


def _not_all_slots(ask: Ask):
    """Every slot once: an overlap has two owners, a gap has none."""
    ranges = sorted(slot_range(text) for text in _slots_asked(ask))
    edges = [(0, -1), *ranges, (SLOTS, SLOTS)]
    for (_, before), (after, high) in itertools.pairwise(edges if ranges else []):
        if after > before + 1:
            return {"first": before + 1, "last": after - 1, "how": "in none"}
        if after <= before:
            return {"first": after, "last": min(before, high), "how": "in two"}
    return None


def _twice(ask: Ask):
    ids = [id for id, _ in ask.layout]
    return next(({"twice": id} for id in ids if ids.count(id) > 1), None)


def _ends_without_replica(ask: Ask):
    return (
        not ask.target.cluster_mode
        and ask.target.automatic_failover
        and any(count < 1 for count in ask.replica_counts_after)
    )


RULES = (
    Rule(
        "replica-cluster-alone",
        CLUSTER,
        COMBINATION,
        "Cannot specify additional cache cluster parameters when creating a replica cluster",
        lambda ask: (
            ask["ReplicationGroupId"]
            and set(ask.given) - {"CacheClusterId", "ReplicationGroupId", "PreferredAvailabilityZone", "Tags"}
        ),
        "BM",
        "boto/boto#2180",
    ),
    Rule(
        "one-way-to-count",
        GROUP,
        COMBINATION,
        "NumCacheClusters and ReplicasPerNodeGroup say the same thing twice: pass only one of them.",
        lambda ask: ask["NumCacheClusters"] is not None and ask["ReplicasPerNodeGroup"] is not None,
        "hashicorp/terraform-provider-aws#38396",
    ),
    Rule(
        "count-of-shards",
        GROUP,
        COMBINATION,
        "NumCacheClusters is not used if there is more than one node group: use ReplicasPerNodeGroup.",
        lambda ask: (ask["NumCacheClusters"] or 1) > 1 and (ask["NumNodeGroups"] or 1) > 1,
        "BM",
    ),
    Rule(
        "clusters-1-to-6",
        GROUP,
        VALUE,
        "NumCacheClusters must be between 1 and 6: 1 primary plus up to 5 replicas.",
        lambda ask: outside(ask["NumCacheClusters"], 1, 6),
        "BM",
    ),
    Rule(
        "replicas-0-to-5",
        GROUP + REPLICAS,
        VALUE,
        "The number of replicas per node group must be within 0 and 5.",
        lambda ask: any(outside(count, 0, 5) for count in ask.replica_counts),
        "BM",
        "hashicorp/terraform#10175",
    ),
    Rule(
        "shards-1-to-500",
        GROUP,
        "NodeGroupsPerReplicationGroupQuotaExceeded",
        "The number of node groups must be between 1 and 500.",
        lambda ask: outside(ask["NumNodeGroups"], 1, 500),
        "BM",
    ),
    Rule(
        "shards-need-cluster-mode",
        GROUP,
        COMBINATION,
        "NumNodeGroups must be 1, or omitted, when cluster mode is disabled.",
        lambda ask: (ask["NumNodeGroups"] or 1) > 1 and not ask.cluster_mode,
        "BM",
    ),
    Rule(
        "one-layout-per-shard",
        GROUP,
        COMBINATION,
        "NodeGroupConfiguration describes {described} node groups, NumNodeGroups says {NumNodeGroups}.",
        lambda ask: (
            ask["NodeGroupConfiguration"]
            and ask["NumNodeGroups"] is not None
            and len(ask["NodeGroupConfiguration"]) != ask["NumNodeGroups"]
            and {"described": len(ask["NodeGroupConfiguration"])}
        ),
        "BM",
    ),
    Rule(
        "shard-id-once",
        GROUP,
        COMBINATION,
        "NodeGroupConfiguration names node group {twice} twice.",
        _twice,
        "BM",
    ),
    Rule(
        "replicas-and-their-zones",
        GROUP,
        COMBINATION,
        "Node group {shard} is to have {count} replicas, and ReplicaAvailabilityZones names {zones} zones.",
        lambda ask: next(
            (
                {"shard": id, "count": count, "zones": len(row["ReplicaAvailabilityZones"])}
                for (id, row), count in zip(ask.layout, ask.replica_counts, strict=True)
                if row.get("ReplicaAvailabilityZones") and len(row["ReplicaAvailabilityZones"]) != count
            ),
            None,
        ),
        "BM",
    ),
    Rule(
        "slots-form",
        GROUP,
        VALUE,
        "Slots {slots} is no range of slots: use startkey-endkey, within 0 and 16383.",
        _no_slots,
        "BM",
    ),
    Rule(
        "slots-of-all",
        GROUP,
        COMBINATION,
        "Slots must be given for every node group, or for none.",
        lambda ask: 0 < len(_slots_asked(ask)) < len(ask.layout),
        "BM",
    ),
    Rule(
        "slots-each-once",
        GROUP,
        COMBINATION,
        "Every slot must be in one node group: {first} to {last} are {how}.",
        _not_all_slots,
        "BM",
    ),
    Rule(
        "redis-cluster-has-one-node",
        CLUSTER,
        VALUE,
        "NumCacheNodes must be 1 for a cluster running {engine}.",
        lambda ask: ask.engine == "redis" and ask["NumCacheNodes"] not in (None, 1),
        "BM",
    ),
    Rule(
        "memcached-nodes",
        CLUSTER,
        VALUE,
        "NumCacheNodes must be at least 1.",
        lambda ask: (
            ask.engine == "memcached" and ask["NumCacheNodes"] is not None and ask["NumCacheNodes"] < 1
        ),
        "BM",
    ),
    Rule(
        "memcached-at-most-40",
        CLUSTER,
        "NodeQuotaForClusterExceeded",
        "Cluster node quota exceeded. Each cluster can have at most 40 nodes in this region.",
        lambda ask: ask.engine == "memcached" and (ask["NumCacheNodes"] or 1) > 40,
        "BM",
        "UG ErrorMessages",
    ),
    Rule(
        "cluster-mode-needs-failover",
        GROUP,
        VALUE,
        "Redis with cluster mode enabled cannot be created with auto failover turned off.",
        lambda ask: ask.cluster_mode and not ask["AutomaticFailoverEnabled"],
        "BM",
        "hashicorp/terraform-provider-aws#2730",
    ),
    Rule(
        "failover-needs-a-replica",
        MODIFY,
        COMBINATION,
        "Replication group must have at least one read replica to enable autofailover.",
        lambda ask: ask["AutomaticFailoverEnabled"] and not ask.cluster_mode and ask.least_replicas < 1,
        "BM",
        "aws-cloudformation/cloudformation-coverage-roadmap#383",
    ),
    Rule(
        "failover-needs-two",
        GROUP,
        COMBINATION,
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
        lambda ask: ask["AutomaticFailoverEnabled"] and not ask.cluster_mode and ask.least_replicas < 1,
        "BM",
        "ministryofjustice/cloud-platform-environments#5719",
    ),
    Rule(
        "cluster-mode-keeps-failover",
        MODIFY,
        COMBINATION,
        "Turning off automatic failover for replication group with cluster mode enabled is not supported.",
        lambda ask: ask["AutomaticFailoverEnabled"] is False and ask.target.cluster_mode,
        "BM",
        "hashicorp/terraform-provider-aws#27116",
    ),
    Rule(
        "multi-az-needs-failover",
        GROUP + MODIFY,
        COMBINATION,
        "Multi-AZ needs automatic failover: with MultiAZEnabled, AutomaticFailoverEnabled must be true.",
        lambda ask: ask.multi_az and not ask.automatic_failover,
        "UG",
    ),
    Rule(
        "multi-az-needs-replica",
        GROUP + MODIFY,
        COMBINATION,
        "Multi-AZ needs at least one replica in each node group.",
        lambda ask: ask.multi_az and ask.least_replicas < 1,
        "UG",
    ),
    Rule(
        "last-replica",
        ("DecreaseReplicaCount", "DeleteCacheCluster"),
        VALUE,
        "Must have at least 1 replica when cluster mode is disabled with auto failover enabled.",
        _ends_without_replica,
        "BM",
        "hashicorp/terraform-provider-aws#24244",
    ),
    Rule(
        "known-zone",
        CREATE + ("IncreaseReplicaCount",),
        VALUE,
        "{zone} is not a valid availability zone of {region}.",
        _unknown_zone,
        "BM",
    ),
    Rule(
        "zone-per-cluster",
        GROUP,
        COMBINATION,
        "The number of PreferredCacheClusterAZs must equal NumCacheClusters.",
        lambda ask: ask["PreferredCacheClusterAZs"] and len(ask["PreferredCacheClusterAZs"]) != ask.nodes,
        "BM",
    ),
    Rule(
        "az-mode-memcached",
        CLUSTER,
        COMBINATION,
        "AZMode is only supported for Memcached clusters.",
        lambda ask: ask["AZMode"] and ask.engine != "memcached",
        "BM",
    ),
    Rule(
        "cross-az-needs-two",
        CLUSTER,
        COMBINATION,
        "Must specify at least two cache nodes in order to specify AZMode of 'cross-az'.",
        lambda ask: ask["AZMode"] == "cross-az" and (ask["NumCacheNodes"] or 1) < 2,
        "BM",
    ),
)
