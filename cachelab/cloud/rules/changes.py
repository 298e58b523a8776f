"""Changing what runs, and reading lists."""

from .rule import COMBINATION, MODIFY, REPLICAS, RESHARD, VALUE, Rule, outside

RULES = (
    Rule(
        "group-available",
        MODIFY + REPLICAS + RESHARD,
        "InvalidReplicationGroupState",
        "Replication group must be in available state to modify.",
        lambda ask: ask.target.status != "available",
        "BM",
        "umotif-public/terraform-aws-elasticache-redis#54",
    ),
    Rule(
        "promote-by-hand",
        MODIFY,
        COMBINATION,
        "A replica can be promoted by hand only while Multi-AZ and automatic failover are disabled.",
        lambda ask: (
            ask["PrimaryClusterId"] and (ask.target.cluster_mode or ask.automatic_failover or ask.multi_az)
        ),
        "UG AutoFailover",
    ),
    Rule(
        "promote-a-member",
        MODIFY,
        "CacheClusterNotFound",
        "Cache cluster {PrimaryClusterId} is not a member of replication group {id}.",
        lambda ask: ask["PrimaryClusterId"] and ask["PrimaryClusterId"].lower() not in ask.target.member_ids,
        "BM",
    ),
    Rule(
        "snapshotting-a-member",
        MODIFY,
        "CacheClusterNotFound",
        "Specified snapshotting cluster does not exist",
        lambda ask: (
            ask["SnapshottingClusterId"] and ask["SnapshottingClusterId"].lower() not in ask.target.member_ids
        ),
        "BM",
        "hashicorp/terraform-provider-aws#41567",
    ),
    Rule(
        "snapshotting-of-a-cluster",
        MODIFY,
        COMBINATION,
        "Cannot set snapshotting cluster for cluster mode enabled replication group",
        lambda ask: ask["SnapshottingClusterId"] and ask.target.cluster_mode,
        "BM",
        "hashicorp/terraform#19336",
    ),
    Rule(
        "backups-of-which-node",  # of a group that makes none yet; a cluster chooses for itself
        MODIFY,
        COMBINATION,
        "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots",
        lambda ask: (
            ask["SnapshotRetentionLimit"]
            and not ask["SnapshottingClusterId"]
            and not ask.target.retention
            and not ask.target.cluster_mode
        ),
        "BM",
        "aws-controllers-k8s/community#1846",
    ),
    Rule(
        "now-or-never",
        REPLICAS + RESHARD,
        VALUE,
        "ApplyImmediately=False is not currently supported for {operation}.",
        lambda ask: ask["ApplyImmediately"] is False,
        "BM",
    ),
    Rule(
        "how-many-replicas",
        REPLICAS,
        COMBINATION,
        "Either NewReplicaCount, ReplicaConfiguration{or_remove} must be provided.",
        lambda ask: (
            ask["NewReplicaCount"] is None
            and not ask["ReplicaConfiguration"]
            and not ask["ReplicasToRemove"]
            and {"or_remove": " or ReplicasToRemove" if ask.operation.startswith("De") else ""}
        ),
        "BM",
    ),
    Rule(
        "as-many-replicas-already",
        REPLICAS,
        "NoOperationFault",
        "Requested new replica count already matches current number of replicas.",
        lambda ask: ask.replica_changes and all(after == before for before, after in ask.replica_changes),
        "BM",
        "aws-controllers-k8s/community#377",
    ),
    Rule(
        "increase",
        ("IncreaseReplicaCount",),
        VALUE,
        "The new number of replicas must be greater than the {now} there are.",
        lambda ask: (
            any(after <= before for before, after in ask.replica_changes)
            and {"now": max(before for before, _ in ask.replica_changes)}
        ),
        "BM",
    ),
    Rule(
        "decrease",
        ("DecreaseReplicaCount",),
        VALUE,
        "The new number of replicas must be less than the {now} there are.",
        lambda ask: (
            any(after >= before for before, after in ask.replica_changes)
            and {"now": min(before for before, _ in ask.replica_changes)}
        ),
        "BM",
    ),
    Rule(
        "failover-to-test",
        ("TestFailover",),
        "InvalidReplicationGroupState",
        "To test its failover, replication group {id} must be available, with automatic failover enabled.",
        lambda ask: not ask.target.automatic_failover or ask.target.status != "available",
        "BM",
    ),
    Rule(
        "max-records",
        ("Describe*",),
        VALUE,
        "Invalid value {MaxRecords} for MaxRecords. Must be between 20 and 100.",
        lambda ask: outside(ask["MaxRecords"], 20, 100),
        "BM",
    ),
    Rule(
        "fourteen-days",
        ("DescribeEvents",),
        VALUE,
        "Events are kept for 14 days: {too_far} reaches further back.",
        lambda ask: (
            (outside(ask["Duration"], 1, 14 * 1440) and {"too_far": "Duration"})
            or (ask.older_than_14_days and {"too_far": "StartTime"})
        ),
        "BM",
    ),
    Rule(
        "start-and-duration",
        ("DescribeEvents",),
        COMBINATION,
        "Duration cannot be combined with both StartTime and EndTime.",
        lambda ask: ask["Duration"] is not None and ask["StartTime"] and ask["EndTime"],
        "BM",
    ),
)
