# verdict: correct


def tear_down(elasticache):
    def every(operation, key):
        return [row for page in elasticache.get_paginator(operation).paginate() for row in page[key]]

    groups = [row["ReplicationGroupId"] for row in every("describe_replication_groups", "ReplicationGroups")]
    clusters = [
        row["CacheClusterId"]
        for row in every("describe_cache_clusters", "CacheClusters")
        if "ReplicationGroupId" not in row
    ]
    for name in groups:
        elasticache.delete_replication_group(ReplicationGroupId=name)
    for name in clusters:
        elasticache.delete_cache_cluster(CacheClusterId=name)
    for name in groups:
        elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId=name)
    for name in clusters:
        elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId=name)
    for row in every("describe_snapshots", "Snapshots"):
        elasticache.delete_snapshot(SnapshotName=row["SnapshotName"])
    for row in every("describe_cache_parameter_groups", "CacheParameterGroups"):
        if not row["CacheParameterGroupName"].startswith("default."):
            elasticache.delete_cache_parameter_group(CacheParameterGroupName=row["CacheParameterGroupName"])
    for row in every("describe_cache_subnet_groups", "CacheSubnetGroups"):
        elasticache.delete_cache_subnet_group(CacheSubnetGroupName=row["CacheSubnetGroupName"])
