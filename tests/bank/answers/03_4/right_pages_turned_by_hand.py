# verdict: correct

import time
from contextlib import suppress

KINDS = (
    ("replication_groups", "ReplicationGroups", "ReplicationGroupId", {}),
    ("cache_clusters", "CacheClusters", "CacheClusterId", {"ShowCacheClustersNotInReplicationGroups": True}),
    ("snapshots", "Snapshots", "SnapshotName", {}),
)


def clean_up(elasticache, sts, account, before, dry_run=True):
    if str(sts.get_caller_identity().get("Account")) != str(account):
        raise RuntimeError(f"not {account} but {sts.get_caller_identity()['Account']}")

    def rows(kind, key, **options):
        marker = {}
        while True:
            page = getattr(elasticache, f"describe_{kind}")(MaxRecords=50, **options, **marker)
            yield from page[key]
            if not page.get("Marker"):
                return
            marker = {"Marker": page["Marker"]}

    def wanted(row):
        row = {**row, **(row.get("NodeSnapshots") or [{}])[0]}
        times = [value for key, value in row.items() if key.endswith("CreateTime") and "Node" not in key]
        tags = elasticache.list_tags_for_resource(ResourceName=row["ARN"])["TagList"]
        return max(times) < before and {tag["Key"]: tag["Value"] for tag in tags}.get("environment") == "test"

    plan = [
        (kind, row[name])
        for kind, key, name, options in KINDS
        for row in rows(kind, key, **options)
        if wanted(row)
    ]
    if not dry_run:
        faults = elasticache.exceptions
        for kind, name in plan:
            with suppress(faults.ReplicationGroupNotFoundFault, faults.CacheClusterNotFoundFault):
                if kind == "replication_groups":
                    elasticache.delete_replication_group(ReplicationGroupId=name, RetainPrimaryCluster=False)
                elif kind == "cache_clusters":
                    elasticache.delete_cache_cluster(CacheClusterId=name)
        gone = {name for kind, name in plan if kind != "snapshots"}
        while any(
            row[name] in gone for kind, key, name, options in KINDS[:2] for row in rows(kind, key, **options)
        ):
            time.sleep(1)
        for kind, name in plan:
            if kind == "snapshots":
                with suppress(faults.SnapshotNotFoundFault):
                    elasticache.delete_snapshot(SnapshotName=name)
    return [name for _, name in plan]
