"""Requests that ElastiCache must grant, as an account stands: what a reader of its descriptions would ask."""

from collections import defaultdict

GROUPS = ("shop", "cart")
BACKUPS = ("monday", "tuesday", "friday")
FAILOVERS_A_DAY = 15  # of one account
SIZES = ("cache.t4g.micro", "cache.t4g.small")
KINDS = {
    "create a group", "restore", "modify a group", "increase replicas", "decrease replicas", "promote",
    "reshard", "failover", "reboot", "snapshot", "copy a snapshot", "delete a snapshot", "delete a group",
    "create a cluster", "modify a cluster", "delete a cluster", "create serverless", "restore serverless",
    "modify serverless", "snapshot serverless", "delete serverless", "modify a user", "create a user group",
    "delete a user group",
}  # fmt: skip
FEW = 3  # replicas, shards, memcached nodes: enough to show it

Request = tuple[str, dict]


def possible(elasticache, failovers: int) -> dict[str, list[Request]]:
    """Every kind of change that is possible now, with requests of that kind: (operation, parameters).

    Nothing may be under way. `failovers`: how many tests of failover this account has seen already.
    """
    found = defaultdict(list)
    groups = elasticache.describe_replication_groups()["ReplicationGroups"]
    rows = elasticache.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]
    singles = [row for row in rows if "ReplicationGroupId" not in row]
    backups = elasticache.describe_snapshots()["Snapshots"]
    free = [name for name in BACKUPS if name not in {row["SnapshotName"] for row in backups}]
    taken = {row["ReplicationGroupId"] for row in groups}
    names = [
        name for name in GROUPS
        if name not in taken and not any(row["CacheClusterId"].startswith(name) for row in singles)
    ]  # fmt: skip
    people = elasticache.describe_user_groups()["UserGroups"]
    for name in names:
        found["create a group"] += _new_groups(name, people)
        found["restore"] += _restored(name, backups)
    for group in groups:
        if group["Status"] == "available":
            for kind, requests in _about(group, free).items():
                found[kind] += requests
            if failovers < FAILOVERS_A_DAY and group["AutomaticFailover"] == "enabled":
                found["failover"] += [
                    ("test_failover", {"ReplicationGroupId": group["ReplicationGroupId"], "NodeGroupId": id})
                    for id in (shard["NodeGroupId"] for shard in group["NodeGroups"])
                ]
    for row in singles:
        if row["CacheClusterStatus"] == "available":
            for kind, requests in _about_single(row, free).items():
                found[kind] += requests
    if not any(row["CacheClusterId"] == "pool" for row in singles):
        order = {
            "CacheClusterId": "pool",
            "Engine": "memcached",
            "CacheNodeType": SIZES[0],
            "NumCacheNodes": 2,
        }
        found["create a cluster"].append(("create_cache_cluster", order))
    if not any(row["CacheClusterId"] == "solo" for row in singles):
        order = {"CacheClusterId": "solo", "Engine": "redis", "CacheNodeType": SIZES[0], "NumCacheNodes": 1}
        found["create a cluster"].append(("create_cache_cluster", order))
    for row in backups:
        if row["SnapshotStatus"] == "available":
            source = row["SnapshotName"]
            found["delete a snapshot"].append(("delete_snapshot", {"SnapshotName": source}))
            found["copy a snapshot"] += [
                ("copy_snapshot", {"SourceSnapshotName": source, "TargetSnapshotName": name}) for name in free
            ]
    for kind, requests in (_serverless(elasticache) | _people(elasticache, people)).items():
        found[kind] += requests
    return {kind: requests for kind, requests in found.items() if requests}


def _new_groups(name: str, people: list[dict]) -> list[Request]:
    order = {"ReplicationGroupId": name, "ReplicationGroupDescription": name, "Engine": "valkey"}
    two = {"NumCacheClusters": 2}
    tls = two | {"TransitEncryptionEnabled": True, "CacheSubnetGroupName": "default"}
    kinds = [
        two,
        two | {"AutomaticFailoverEnabled": True, "MultiAZEnabled": True, "SnapshotRetentionLimit": 1},
        {"NumNodeGroups": 2, "ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True},
        tls | {"AuthToken": "correct-horse-battery"},
    ]
    kinds += [
        tls | {"UserGroupIds": [row["UserGroupId"]]}
        for row in people
        if row["Status"] == "active" and row["Engine"] == "valkey"
    ]
    return [("create_replication_group", order | kind) for kind in kinds]


def _restored(name: str, backups: list[dict]) -> list[Request]:
    requests = []
    for row in backups:
        if row["SnapshotStatus"] != "available" or not row["CacheParameterGroupName"].startswith("default."):
            continue
        order = {
            "ReplicationGroupId": name, "ReplicationGroupDescription": name, "Engine": row["Engine"],
            "CacheNodeType": row["CacheNodeType"], "SnapshotName": row["SnapshotName"],
        }  # fmt: skip
        if row["CacheParameterGroupName"].endswith(".cluster.on"):
            order |= {"ReplicasPerNodeGroup": 1, "AutomaticFailoverEnabled": True}
            order |= {"NumNodeGroups": row["NumNodeGroups"], "ClusterMode": "enabled"}
        else:
            order |= {"NumCacheClusters": 2}
        requests.append(("create_replication_group", order))
    return requests


def _about(group: dict, free: list[str]) -> dict[str, list[Request]]:
    """What may be done to an available replication group."""
    me = {"ReplicationGroupId": group["ReplicationGroupId"]}
    now, shards = me | {"ApplyImmediately": True}, group["NodeGroups"]
    sharded, guarded = group["ClusterEnabled"], group["AutomaticFailover"] == "enabled"
    counts = [len(shard["NodeGroupMembers"]) - 1 for shard in shards]
    changes = [{"PreferredMaintenanceWindow": "mon:03:00-mon:04:00"}, {"SnapshotWindow": "02:00-03:00"}]
    changes += [{"CacheNodeType": size} for size in SIZES if size != group["CacheNodeType"]]
    changes += [{"SnapshotRetentionLimit": 0}]
    if sharded:
        changes += [{"SnapshotRetentionLimit": 2}]
    else:
        source = group["MemberClusters"][-1]
        changes += [{"SnapshotRetentionLimit": 2, "SnapshottingClusterId": source}]
        if min(counts) and group["MultiAZ"] == "disabled":
            changes += [{"AutomaticFailoverEnabled": not guarded}]
    found = {"modify a group": [("modify_replication_group", now | change) for change in changes]}
    found["increase replicas"] = [
        ("increase_replica_count", now | {"NewReplicaCount": more})
        for more in range(max(counts) + 1, FEW + 1)
    ]
    least = 1 if guarded else 0
    found["decrease replicas"] = [
        ("decrease_replica_count", now | {"NewReplicaCount": fewer}) for fewer in range(least, min(counts))
    ]
    if not sharded and not guarded and group["MultiAZ"] == "disabled":
        found["promote"] = [
            ("modify_replication_group", now | {"PrimaryClusterId": name}) for name in group["MemberClusters"]
        ]
    if sharded:
        operation, count = "modify_replication_group_shard_configuration", len(shards)
        found["reshard"] = [(operation, now | {"NodeGroupCount": count + 1})] if count < FEW else []
        if count > 1:
            fewer = {"NodeGroupCount": count - 1, "NodeGroupsToRemove": [shards[-1]["NodeGroupId"]]}
            found["reshard"].append((operation, now | fewer))
    else:
        found["reboot"] = [
            ("reboot_cache_cluster", {"CacheClusterId": name, "CacheNodeIdsToReboot": ["0001"]})
            for name in group["MemberClusters"]
        ]
    found["snapshot"] = [("create_snapshot", me | {"SnapshotName": name}) for name in free]
    final = [{"FinalSnapshotIdentifier": name} for name in free[:1]]
    found["delete a group"] = [("delete_replication_group", me | more) for more in ({}, *final)]
    return found


def _about_single(row: dict, free: list[str]) -> dict[str, list[Request]]:
    """What may be done to an available cluster that is in no replication group."""
    me = {"CacheClusterId": row["CacheClusterId"]}
    numbers = [node["CacheNodeId"] for node in row["CacheNodes"]]
    found = {
        "reboot": [("reboot_cache_cluster", me | {"CacheNodeIdsToReboot": numbers})],
        "delete a cluster": [("delete_cache_cluster", me)],
    }
    now, count = me | {"ApplyImmediately": True}, len(numbers)
    changes = [{"CacheNodeType": size} for size in SIZES if size != row["CacheNodeType"]]
    if row["Engine"] == "memcached":
        changes += [{"NumCacheNodes": count + 1}] if count < FEW else []
        changes += [{"NumCacheNodes": count - 1, "CacheNodeIdsToRemove": numbers[:1]}] if count > 1 else []
    else:
        found["snapshot"] = [("create_snapshot", me | {"SnapshotName": name}) for name in free]
    found["modify a cluster"] = [("modify_cache_cluster", now | change) for change in changes]
    return found


def _serverless(elasticache) -> dict[str, list[Request]]:
    caches = elasticache.describe_serverless_caches()["ServerlessCaches"]
    backups = elasticache.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    me, kept = {"ServerlessCacheName": "sky"}, {"ServerlessCacheSnapshotName": "monday"}
    found = {}
    if not caches:
        restores = [
            {"SnapshotArnsToRestore": [row["ARN"]], "Engine": row["ServerlessCacheConfiguration"]["Engine"]}
            for row in backups
            if row["Status"] == "available"
        ]
        order = ("create_serverless_cache", me | {"Engine": "valkey"})
        found["create serverless"] = [order]
        found["restore serverless"] = [("create_serverless_cache", me | more) for more in restores]
    elif caches[0]["Status"] == "available":
        found["modify serverless"] = [("modify_serverless_cache", me | {"Description": "the sky"})]
        found["delete serverless"] = [("delete_serverless_cache", me)]
        backed_up = caches[0]["Engine"] != "memcached"  # the box refuses that by name
        if backed_up and not any(row["ServerlessCacheSnapshotName"] == "monday" for row in backups):
            found["snapshot serverless"] = [("create_serverless_cache_snapshot", me | kept)]
    return found


def _people(elasticache, groups: list[dict]) -> dict[str, list[Request]]:
    users = [row for row in elasticache.describe_users()["Users"] if row["Status"] == "active"]
    mine = [row for row in users if row["UserId"] in ("ann", "bob")]
    found = {
        "modify a user": [
            ("modify_user", {"UserId": row["UserId"], "AccessString": "on ~a* +@read"}) for row in mine
        ]
    }
    if mine and not any(row["UserGroupId"] == "staff" for row in groups):
        order = {"UserGroupId": "staff", "Engine": "valkey", "UserIds": [row["UserId"] for row in mine[:1]]}
        found["create a user group"] = [("create_user_group", order)]
    found["delete a user group"] = [
        ("delete_user_group", {"UserGroupId": row["UserGroupId"]})
        for row in groups
        if row["Status"] == "active" and not row.get("ReplicationGroups") and not row.get("ServerlessCaches")
    ]
    return found
