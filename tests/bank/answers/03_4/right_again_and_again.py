# verdict: correct

import time

from botocore.exceptions import ClientError

KINDS = (
    ("replication_group", "ReplicationGroups", "ReplicationGroupId"),
    ("cache_cluster", "CacheClusters", "CacheClusterId"),
    ("snapshot", "Snapshots", "SnapshotName"),
    ("cache_parameter_group", "CacheParameterGroups", "CacheParameterGroupName"),
    ("cache_subnet_group", "CacheSubnetGroups", "CacheSubnetGroupName"),
)


def tear_down(elasticache):
    """Whatever cannot go yet is tried again."""
    left = True
    while left:
        left = False
        for kind, key, name in KINDS:
            for page in elasticache.get_paginator(f"describe_{kind}s").paginate():
                for row in page[key]:
                    if (
                        row[name].startswith("default.")
                        or "ReplicationGroupId" in row
                        and name == "CacheClusterId"
                    ):
                        continue
                    left = True
                    try:
                        getattr(elasticache, f"delete_{kind}")(**{name: row[name]})
                    except ClientError:
                        pass
        time.sleep(0.05)
