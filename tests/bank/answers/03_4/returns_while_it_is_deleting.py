# verdict: incorrect
# says: was still there: deleting
# says: Until then AWS bills

import time


def tear_down(elasticache):
    def every(kind, key, **options):
        pages = elasticache.get_paginator(f"describe_{kind}").paginate(**options)
        [rows] = pages.build_full_result().values()
        return [row[key] for row in rows]

    for name in every("snapshots", "SnapshotName"):
        elasticache.delete_snapshot(SnapshotName=name)
    for name in every("replication_groups", "ReplicationGroupId"):
        elasticache.delete_replication_group(ReplicationGroupId=name)
    for name in every("cache_clusters", "CacheClusterId", ShowCacheClustersNotInReplicationGroups=True):
        elasticache.delete_cache_cluster(CacheClusterId=name)
    return
    while every("cache_clusters", "CacheClusterStatus"):
        time.sleep(0.1)
    for name in every("cache_parameter_groups", "CacheParameterGroupName"):
        if not name.startswith("default."):
            elasticache.delete_cache_parameter_group(CacheParameterGroupName=name)
    for name in every("cache_subnet_groups", "CacheSubnetGroupName"):
        elasticache.delete_cache_subnet_group(CacheSubnetGroupName=name)
