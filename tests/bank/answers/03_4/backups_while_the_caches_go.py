# verdict: incorrect
# says: before a cache was gone: .* was still deleting
# says: Which of the two is the way back

import time


def clean_up(elasticache, sts, account, before, dry_run=True):
    here = sts.get_caller_identity()["Account"]
    if here != account:
        raise RuntimeError(f"in {here}, not in {account}")

    def every(kind, **options):
        [rows] = (
            elasticache.get_paginator(f"describe_{kind}").paginate(**options).build_full_result().values()
        )
        return rows

    def ours(row, created):
        tags = elasticache.list_tags_for_resource(ResourceName=row["ARN"])["TagList"]
        return created < before and {"Key": "environment", "Value": "test"} in tags

    groups = [
        row["ReplicationGroupId"]
        for row in every("replication_groups")
        if ours(row, row["ReplicationGroupCreateTime"])
    ]
    clusters = [
        row["CacheClusterId"]
        for row in every("cache_clusters", ShowCacheClustersNotInReplicationGroups=True)
        if ours(row, row["CacheClusterCreateTime"])
    ]
    backups = [
        row["SnapshotName"]
        for row in every("snapshots", SnapshotSource="manual")
        if ours(row, row["NodeSnapshots"][0]["SnapshotCreateTime"])
    ]
    if dry_run:
        return [*groups, *clusters, *backups]
    for name in groups:
        elasticache.delete_replication_group(ReplicationGroupId=name)
    for name in clusters:
        elasticache.delete_cache_cluster(CacheClusterId=name)
    for name in backups:
        elasticache.delete_snapshot(SnapshotName=name)
    deleted = {*groups, *clusters}
    while deleted & {
        *(row["ReplicationGroupId"] for row in every("replication_groups")),
        *(row["CacheClusterId"] for row in every("cache_clusters")),
    }:
        time.sleep(2)
    return [*groups, *clusters, *backups]
