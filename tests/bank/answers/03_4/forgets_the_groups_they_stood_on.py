# verdict: incorrect
# says: 1 parameter group left, such as shop-settings
# says: the next deployment will trip

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
    while every("cache_clusters", "CacheClusterStatus"):
        time.sleep(0.1)
