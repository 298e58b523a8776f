# verdict: correct

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    name: str
    arn: str
    delete: object
    gone: object = None


def clean_up(elasticache, sts, account, before, dry_run=True):
    match sts.get_caller_identity():
        case {"Account": here} if here == account:
            pass
        case {"Account": here}:
            raise RuntimeError(f"expected {account}, got {here}")

    def found():
        for page in elasticache.get_paginator("describe_replication_groups").paginate():
            for group in page["ReplicationGroups"]:
                if group["ReplicationGroupCreateTime"] < before:
                    key = {"ReplicationGroupId": group["ReplicationGroupId"]}
                    wait = elasticache.get_waiter("replication_group_deleted").wait
                    yield Found(
                        group["ReplicationGroupId"],
                        group["ARN"],
                        lambda key=key: elasticache.delete_replication_group(**key),
                        lambda key=key, wait=wait: wait(**key),
                    )
        for page in elasticache.get_paginator("describe_cache_clusters").paginate():
            for cluster in page["CacheClusters"]:
                if not cluster.get("ReplicationGroupId") and cluster["CacheClusterCreateTime"] < before:
                    key = {"CacheClusterId": cluster["CacheClusterId"]}
                    wait = elasticache.get_waiter("cache_cluster_deleted").wait
                    yield Found(
                        cluster["CacheClusterId"],
                        cluster["ARN"],
                        lambda key=key: elasticache.delete_cache_cluster(**key),
                        lambda key=key, wait=wait: wait(**key),
                    )
        for page in elasticache.get_paginator("describe_snapshots").paginate(SnapshotSource="manual"):
            for backup in page["Snapshots"]:
                if all(node["SnapshotCreateTime"] < before for node in backup["NodeSnapshots"]):
                    key = {"SnapshotName": backup["SnapshotName"]}
                    yield Found(
                        backup["SnapshotName"],
                        backup["ARN"],
                        lambda key=key: elasticache.delete_snapshot(**key),
                    )

    def is_test(thing):
        tags = elasticache.list_tags_for_resource(ResourceName=thing.arn)["TagList"]
        return any((tag["Key"], tag["Value"]) == ("environment", "test") for tag in tags)

    plan = list(filter(is_test, found()))
    if not dry_run:
        for things in ([t for t in plan if t.gone], [t for t in plan if not t.gone]):
            for thing in things:
                thing.delete()
            for thing in things:
                if thing.gone:
                    thing.gone()
    return [thing.name for thing in plan]
