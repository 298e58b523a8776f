"""Which metrics AWS publishes about caches: under which sets of dimensions, in which unit, and which are
absent.

Sources. [DIM] CloudWatch user guide, "Supported metrics for resource tags for telemetry",
AWS/ElastiCache, read in 2026: the sets of dimensions. [CM] ElastiCache user guide, "Metrics for Valkey
and Redis OSS"; [CMM] "Metrics for Memcached"; [HOST] "Host-level metrics"; [SL] "Serverless metrics and
events": meanings and units.
"""

NAMESPACE = "AWS/ElastiCache"

# [DIM] Everything about a node has two sets, its cluster's and its own; these have only its own.
ONLY_BY_NODE = frozenset(
    {
        "AllocatorFragmentationBytes",
        "AllocatorFragmentationRatio",
        "BlockedConnections",
        "ChannelAuthorizationFailures",
        "ClusterBasedCmds",
        "ClusterBasedCmdsLatency",
        "CurrItemsWithVolatileFields",
        "CurrVolatileItems",
        "DatabaseAuthorizationFailures",
        "DatabaseCapacityUsageCountedForEvictPercentage",
        "DatabaseCapacityUsagePercentage",
        "DatabaseMemoryUsageCountedForEvictPercentage",
        "ErrorCount",
        "NonKeyTypeCmds",
        "NonKeyTypeCmdsLatency",
        "ProcessedCommands",
        "PubSubChannels",
        "PubSubShardChannels",
        "ReclaimedFields",
        "RejectedConnections",
        "SuccessfulReadRequestLatency",
        "SuccessfulWriteRequestLatency",
        "UsedMemoryDataset",
    }
)

# [DIM] Three metrics, and no others, are published for a replication group and for each of its shards.
OF_GROUPS = frozenset(
    {
        "DatabaseCapacityUsageCountedForEvictPercentage",
        "DatabaseMemoryUsageCountedForEvictPercentage",
        "EngineCPUUtilization",
    }
)
OF_ROLES = frozenset({"EngineCPUUtilization"})  # [DIM] ReplicationGroupId and Role

# [CM] [CMM] [HOST] [SL] What AWS publishes and this account does not, and why.
ABSENT = {
    "CPUCreditBalance": "the processes have no CPU credits",
    "CPUCreditUsage": "the processes have no CPU credits",
    "NetworkPacketsIn": "loopback counts packets of the machine, not of a node",
    "NetworkPacketsOut": "loopback counts packets of the machine, not of a node",
    "NetworkMaxBytesIn": "nodes are sampled once a minute, not once a second",
    "NetworkMaxBytesOut": "nodes are sampled once a minute, not once a second",
    "NetworkMaxPacketsIn": "loopback counts packets of the machine, not of a node",
    "NetworkMaxPacketsOut": "loopback counts packets of the machine, not of a node",
    "NetworkBandwidthInAllowanceExceeded": "loopback has no allowance",
    "NetworkBandwidthOutAllowanceExceeded": "loopback has no allowance",
    "NetworkConntrackAllowanceExceeded": "loopback has no allowance",
    "NetworkLinkLocalAllowanceExceeded": "loopback has no allowance",
    "NetworkPacketsPerSecondAllowanceExceeded": "loopback has no allowance",
    "NetworkBaselineUsageInPercentage": "loopback has no baseline",
    "NetworkBaselineUsageOutPercentage": "loopback has no baseline",
    "NetworkBaselineMaxUsageInPercentage": "loopback has no baseline",
    "NetworkBaselineMaxUsageOutPercentage": "loopback has no baseline",
    "MajorPageFaults": "the page faults of the machine are not those of a node's own host",
    "TrafficManagementActive": "there is no traffic management",
    "BytesReadFromDisk": "there is no data tiering",
    "BytesWrittenToDisk": "there is no data tiering",
    "NumItemsReadFromDisk": "there is no data tiering",
    "NumItemsWrittenToDisk": "there is no data tiering",
    "DurabilityLag": "there is no transaction log",
    "DurabilityBufferExceededErrorCount": "there is no transaction log",
    "IamAuthenticationExpirations": "IAM logins are not counted",
    "IamAuthenticationThrottling": "IAM logins are not counted",
    "JsonBasedCmds": "the engine has no JSON module",
    "SearchBasedCmds": "the engine has no search module",
    "CmdConfigGet": "memcached itself does not know auto discovery",
    "CmdConfigSet": "memcached itself does not know auto discovery",
    "CurrConfig": "memcached itself does not know auto discovery",
    "GetTypeCmdsECPUs": "ECPUs are known for all commands together, not for each kind",
    "SetTypeCmdsECPUs": "ECPUs are known for all commands together, not for each kind",
}


# [CM] [CMM] [HOST] [SL] Units that a name's ending does not tell.
_UNITS = {
    "AllocatorFragmentationRatio": "None",
    "CacheHitRate": "Percent",
    "CPUUtilization": "Percent",
    "DB0AverageTTL": "Milliseconds",
    "EngineCPUUtilization": "Percent",
    "FreeableMemory": "Bytes",
    "MasterLinkHealthStatus": "None",
    "MemoryFragmentationRatio": "None",
    "ReplicationLag": "Seconds",
    "SwapUsage": "Bytes",
    "UnusedMemory": "Bytes",
    "UsedMemoryDataset": "Bytes",
}


def unit(name: str) -> str:
    """The unit AWS publishes a metric of caches in."""
    if name in _UNITS:
        return _UNITS[name]
    if name.endswith("Latency"):
        return "Microseconds"
    if name.endswith("Percentage"):
        return "Percent"
    return "Bytes" if "Bytes" in name else "Count"


def dimension_sets(name: str, about: dict[str, str | None], role: str | None = None) -> list[dict[str, str]]:
    """Every set of dimensions a metric of one node is published under.

    `about`: what is known of ServerlessCacheName, CacheClusterId, CacheNodeId, ReplicationGroupId and
    NodeGroupId; `role`: Primary or Replica.
    """
    if cache := about.get("ServerlessCacheName"):
        return [{"ServerlessCacheName": cache}]
    cluster, node = about["CacheClusterId"], about["CacheNodeId"]
    sets = [{"CacheClusterId": cluster, "CacheNodeId": node}]
    if name not in ONLY_BY_NODE:
        sets.append({"CacheClusterId": cluster})
    group = about.get("ReplicationGroupId")
    if group and name in OF_GROUPS:
        sets.append({"ReplicationGroupId": group})
        if about.get("NodeGroupId"):
            sets.append({"ReplicationGroupId": group, "NodeGroupId": about["NodeGroupId"]})
        if role and name in OF_ROLES:
            sets.append({"ReplicationGroupId": group, "Role": role})
    return sets
