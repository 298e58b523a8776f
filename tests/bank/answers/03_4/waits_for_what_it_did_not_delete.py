# verdict: incorrect
# says: the cache cluster sessions had not been deleted
# says: it deletes everything first

import time


def tear_down(elasticache):
    def every(kind, key):
        [rows] = elasticache.get_paginator(f"describe_{kind}").paginate().build_full_result().values()
        return [row[key] for row in rows]

    for name in every("replication_groups", "ReplicationGroupId"):
        elasticache.delete_replication_group(ReplicationGroupId=name)
    while every("cache_clusters", "CacheClusterStatus"):
        time.sleep(0.3)
    for name in every("snapshots", "SnapshotName"):
        elasticache.delete_snapshot(SnapshotName=name)
