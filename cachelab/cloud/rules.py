"""What ElastiCache refuses, and in which words: one row a rule, checked from top to bottom.

A row says which operations it guards, the error code on the wire, the message, a test that is true
when the request breaks the rule, where the rule comes from, and where AWS's own wording was seen. If
`seen` is empty, the code is AWS's (the API model lists it) and the words are ours.

Sources: BM = botocore's ElastiCache API model, 2015-02-02 · UG = the ElastiCache user guide ·
owner/repo#n = a bug report that quotes the answer of the real service.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from . import catalog
from .asking import Ask

VALUE = "InvalidParameterValue"
COMBINATION = "InvalidParameterCombination"

GROUP = ("CreateReplicationGroup",)
MODIFY = ("ModifyReplicationGroup",)
CLUSTER = ("CreateCacheCluster",)
CREATE = GROUP + CLUSTER
SERVERLESS = ("CreateServerlessCache",)
LIMITS = SERVERLESS + ("ModifyServerlessCache",)
REPLICAS = ("IncreaseReplicaCount", "DecreaseReplicaCount")
SETTINGS = CREATE + MODIFY + ("ModifyCacheCluster",)


class Rule(NamedTuple):
    """One thing ElastiCache refuses. `broken(ask)` is true, or a dict of words for `says`, if `ask` does it."""

    name: str
    operations: tuple[str, ...]
    code: str
    says: str
    broken: Callable[[Ask], Any]
    source: str
    seen: str = ""

    def check(self, ask: Ask) -> str | None:
        """The message if `ask` breaks this rule."""
        verdict = self.broken(ask)
        if not verdict:
            return None
        words = verdict if isinstance(verdict, dict) else {}
        return self.says.format_map({**ask.words, **words})


# Names.

IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*", re.IGNORECASE)
_NAMED = {  # operation: (parameter, its name in AWS's message, most characters)
    "CreateReplicationGroup": ("ReplicationGroupId", "ReplicationGroupId", 40),
    "CreateCacheCluster": ("CacheClusterId", "CacheClusterIdentifier", 50),
    "CreateServerlessCache": ("ServerlessCacheName", "ServerlessCacheName", 40),
    "CreateCacheParameterGroup": ("CacheParameterGroupName", "CacheParameterGroupName", 255),
    "CreateCacheSubnetGroup": ("CacheSubnetGroupName", "CacheSubnetGroupName", 255),
    "CreateSnapshot": ("SnapshotName", "SnapshotName", 255),
    "CopySnapshot": ("TargetSnapshotName", "TargetSnapshotName", 255),
    "CreateServerlessCacheSnapshot": ("ServerlessCacheSnapshotName", "ServerlessCacheSnapshotName", 255),
    "CreateUser": ("UserId", "UserId", 40),
    "CreateUserGroup": ("UserGroupId", "UserGroupId", 40),
}


def _bad_identifier(ask: Ask):
    parameter, shown, _ = _NAMED[ask.operation]
    return not IDENTIFIER.fullmatch(ask[parameter] or "") and {"name": shown}


def _long_identifier(ask: Ask):
    parameter, shown, most = _NAMED[ask.operation]
    return len(ask[parameter]) > most and {"name": shown, "most": most}


# Numbers, windows, tokens.

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAY = "(sun|mon|tue|wed|thu|fri|sat)"
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def clock_window(text: str) -> int:
    """The length in minutes of a daily window such as 23:30-01:00; 0 if it is not one."""
    if not (match := re.fullmatch(f"{_CLOCK}-{_CLOCK}", text)):
        return 0
    hour, minute, hour2, minute2 = map(int, match.groups())
    return (hour2 * 60 + minute2 - hour * 60 - minute) % 1440


def week_window(text: str) -> int:
    """The length in minutes of a weekly window such as sun:23:00-mon:01:30; 0 if it is not one."""
    if not (match := re.fullmatch(f"{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}", text.lower())):
        return 0
    day, hour, minute, day2, hour2, minute2 = match.groups()
    start = _DAYS.index(day) * 1440 + int(hour) * 60 + int(minute)
    end = _DAYS.index(day2) * 1440 + int(hour2) * 60 + int(minute2)
    return (end - start) % (7 * 1440)


TOKEN = re.compile(r"[A-Za-z0-9!&#$^<>-]{16,128}")


def _outside(value: int | None, least: int, most: int) -> bool:
    return value is not None and not least <= value <= most


def _ecpu_out_of_range(ask: Ask):
    limits = (ask["CacheUsageLimits"] or {}).get("ECPUPerSecond") or {}
    return any(limits.get(end) and _outside(limits[end], 1000, 15_000_000) for end in ("Minimum", "Maximum"))


def _storage_out_of_range(ask: Ask):
    limits = (ask["CacheUsageLimits"] or {}).get("DataStorage") or {}
    return any(_outside(limits.get(end), 1, 5000) for end in ("Minimum", "Maximum"))


def _limits_upside_down(ask: Ask):
    for limits in (ask["CacheUsageLimits"] or {}).values():
        if isinstance(limits, dict) and (limits.get("Minimum") or 0) > (limits.get("Maximum") or 1 << 62):
            return True
    return False


# Versions and parameter groups.


def _exact_version_not_allowed(ask: Ask):
    number = ask["EngineVersion"]
    exact = number and re.fullmatch(r"(\d+)\.(\d+)\.\d+", number)
    if exact and (ask.engine == "valkey" or (ask.engine == "redis" and int(exact[1]) >= 6)):
        return {"number": number, "shorter": f"{exact[1]}.{exact[2]}"}
    return None


def _wrong_family(ask: Ask):
    group, version = ask.parameter_group, ask.version
    if group and version and ask["CacheParameterGroupName"] and group.family != version.family:
        return {"wanted": version.family, "found": group.family}
    return None


def _older_version(ask: Ask):
    if ask["EngineVersion"] and ask.version and ask.target.engine == ask.engine:
        return ask.version.order < ask.target.version.order
    return False


# Zones and security groups.


def _unknown_zone(ask: Ask):
    for zone in ask.zones_named:
        if zone not in ask.world.zones:
            return {"zone": zone}
    return None


def _other_vpc(ask: Ask):
    subnet_group = ask.subnet_group
    for group_id in ask["SecurityGroupIds"] or ():
        vpc = ask.world.vpc_of_security_group(group_id)
        if subnet_group and vpc and vpc != subnet_group.vpc_id:
            return {"subnet_group": subnet_group.cache_subnet_group_name, "its": subnet_group.vpc_id, "vpc": vpc}
    return None


def _missing_user_group(ask: Ask):
    for name in (ask["UserGroupIds"] or []) + (ask["UserGroupIdsToAdd"] or []):
        if not ask.world.user_group(name):
            return {"missing": name}
    return None


def _ends_without_replica(ask: Ask):
    return (
        not ask.target.cluster_mode
        and ask.target.automatic_failover
        and any(count < 1 for count in ask.replica_counts_after)
    )


def _tls_too_old(ask: Ask):
    least = {"redis": (7,), "valkey": (7, 2)}[ask.target.engine]
    return ask["TransitEncryptionEnabled"] and not ask.target.tls and ask.target.version.order < least


RULES: tuple[Rule, ...] = (
    # --- names -----------------------------------------------------------------------------------
    Rule(
        "identifier", tuple(_NAMED), VALUE,
        "The parameter {name} is not a valid identifier. Identifiers must begin with a letter; must contain "
        "only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive "
        "hyphens.",
        _bad_identifier, "BM", "byu-oit/handel#232",
    ),
    Rule(
        "identifier-length", tuple(_NAMED), VALUE,
        "The parameter {name} must be no more than {most} characters.",
        _long_identifier, "BM",
    ),
    Rule(
        "group-exists", GROUP, "ReplicationGroupAlreadyExists",
        "Replication group with specified name already exists.",
        lambda ask: ask.world.group(ask["ReplicationGroupId"]), "BM", "crossplane-contrib/provider-jet-aws#195",
    ),
    Rule(
        "cluster-exists", CLUSTER, "CacheClusterAlreadyExists",
        "Cache cluster {CacheClusterId} already exists.",
        lambda ask: ask.world.cluster(ask["CacheClusterId"]), "BM",
    ),
    Rule(
        "serverless-exists", SERVERLESS, "ServerlessCacheAlreadyExistsFault",
        "Serverless Cache {ServerlessCacheName} already exists.",
        lambda ask: ask.world.serverless(ask["ServerlessCacheName"]), "BM",
    ),
    # --- engine, version, node type ---------------------------------------------------------------
    Rule(
        "group-engine", GROUP, VALUE,
        "Invalid value for Engine: {engine}. It must be set to valkey or redis.",
        lambda ask: ask.engine not in catalog.REPLICATED, "BM",
    ),
    Rule(
        "cluster-engine", CLUSTER, VALUE,
        "Invalid value for Engine: {engine}. It must be memcached or redis; "
        "for valkey use CreateReplicationGroup or CreateServerlessCache.",
        lambda ask: ask.engine not in ("memcached", "redis"), "BM; pulumi/pulumi-aws#4771",
    ),
    Rule(
        "serverless-engine", SERVERLESS, VALUE,
        "Invalid value for Engine: {engine}. It must be valkey, redis or memcached.",
        lambda ask: ask.engine not in catalog.ENGINES, "BM",
    ),
    Rule(
        "exact-version", SETTINGS, VALUE,
        "Specific version selection is not allowed for '{number}', please use '{shorter}'",
        _exact_version_not_allowed, "UG", "crossplane-contrib/provider-aws#1617",
    ),
    Rule(
        "known-version", SETTINGS, COMBINATION,
        "Cannot find version {EngineVersion} for {engine}",
        lambda ask: ask["EngineVersion"] and not ask.version, "BM",
        "ministryofjustice/cloud-platform-environments#5753",
    ),
    Rule(
        "no-downgrade", MODIFY + ("ModifyCacheCluster",), COMBINATION,
        "The engine version of {id} cannot be changed to {EngineVersion}: you cannot downgrade to an earlier "
        "engine version.",
        _older_version, "BM",
    ),
    Rule(
        "engine-switch", MODIFY, COMBINATION,
        "The engine of {id} cannot be changed from {was} to {engine}. Only redis to valkey is possible.",
        lambda ask: ask["Engine"]
        and ask.engine != ask.target.engine
        and (ask.target.engine, ask.engine) != ("redis", "valkey")
        and {"was": ask.target.engine},
        "UG",
    ),
    Rule(
        "node-type-given", CLUSTER, VALUE,
        "The parameter CacheNodeType must be provided and must not be null.",
        lambda ask: not ask["CacheNodeType"] and not ask["ReplicationGroupId"] and not ask["SnapshotName"],
        "moto",
    ),
    Rule(
        "node-type-retired", CREATE, VALUE,
        "The cache node type {CacheNodeType} is of a previous generation: new clusters cannot use it.",
        lambda ask: (ask["CacheNodeType"] or "").startswith(catalog.PREVIOUS_GENERATION), "UG; BM",
    ),
    Rule(
        "node-type", SETTINGS, VALUE,
        "Invalid cache node type: {CacheNodeType}.",
        lambda ask: ask["CacheNodeType"] and ask["CacheNodeType"] not in catalog.MEMORY, "BM",
    ),
    Rule(
        "data-tiering", GROUP, COMBINATION,
        "Data tiering is only supported for replication groups that use the r6gd node type.",
        lambda ask: ask["DataTieringEnabled"] and not (ask["CacheNodeType"] or "").startswith("cache.r6gd."),
        "BM",
    ),
    Rule(
        "r6gd-tiers", GROUP, COMBINATION,
        "DataTieringEnabled must be set to true when using r6gd nodes.",
        lambda ask: (ask["CacheNodeType"] or "").startswith("cache.r6gd.") and not ask["DataTieringEnabled"],
        "BM",
    ),
    # --- how many nodes ---------------------------------------------------------------------------
    Rule(
        "replica-cluster-alone", CLUSTER, COMBINATION,
        "Cannot specify additional cache cluster parameters when creating a replica cluster",
        lambda ask: ask["ReplicationGroupId"]
        and set(ask.given) - {"CacheClusterId", "ReplicationGroupId", "PreferredAvailabilityZone", "Tags"},
        "BM", "boto/boto#2180",
    ),
    Rule(
        "one-way-to-count", GROUP, COMBINATION,
        "NumCacheClusters and ReplicasPerNodeGroup say the same thing twice: pass only one of them.",
        lambda ask: ask["NumCacheClusters"] is not None and ask["ReplicasPerNodeGroup"] is not None,
        "hashicorp/terraform-provider-aws#38396",
    ),
    Rule(
        "count-of-shards", GROUP, COMBINATION,
        "NumCacheClusters is not used if there is more than one node group. Use ReplicasPerNodeGroup instead.",
        lambda ask: (ask["NumCacheClusters"] or 1) > 1 and (ask["NumNodeGroups"] or 1) > 1, "BM",
    ),
    Rule(
        "clusters-1-to-6", GROUP, VALUE,
        "NumCacheClusters must be between 1 and 6: 1 primary plus up to 5 replicas.",
        lambda ask: _outside(ask["NumCacheClusters"], 1, 6), "BM",
    ),
    Rule(
        "replicas-0-to-5", GROUP + REPLICAS, VALUE,
        "The number of replicas per node group must be within 0 and 5.",
        lambda ask: any(_outside(count, 0, 5) for count in ask.replica_counts), "BM", "hashicorp/terraform#10175",
    ),
    Rule(
        "shards-1-to-500", GROUP, "NodeGroupsPerReplicationGroupQuotaExceeded",
        "The number of node groups must be between 1 and 500.",
        lambda ask: _outside(ask["NumNodeGroups"], 1, 500), "BM",
    ),
    Rule(
        "shards-need-cluster-mode", GROUP, COMBINATION,
        "NumNodeGroups must be 1, or omitted, when cluster mode is disabled.",
        lambda ask: (ask["NumNodeGroups"] or 1) > 1 and not ask.cluster_mode, "BM",
    ),
    Rule(
        "one-layout-per-shard", GROUP, COMBINATION,
        "NodeGroupConfiguration describes {described} node groups and NumNodeGroups asks for {NumNodeGroups}.",
        lambda ask: ask["NodeGroupConfiguration"]
        and ask["NumNodeGroups"] is not None
        and len(ask["NodeGroupConfiguration"]) != ask["NumNodeGroups"]
        and {"described": len(ask["NodeGroupConfiguration"])},
        "BM",
    ),
    Rule(
        "redis-cluster-has-one-node", CLUSTER, VALUE,
        "NumCacheNodes must be 1 for a cluster running {engine}.",
        lambda ask: ask.engine == "redis" and ask["NumCacheNodes"] not in (None, 1), "BM",
    ),
    Rule(
        "memcached-nodes", CLUSTER, VALUE,
        "NumCacheNodes must be at least 1.",
        lambda ask: ask.engine == "memcached" and ask["NumCacheNodes"] is not None and ask["NumCacheNodes"] < 1,
        "BM",
    ),
    Rule(
        "memcached-at-most-40", CLUSTER, "NodeQuotaForClusterExceeded",
        "Cluster node quota exceeded. Each cluster can have at most 40 nodes in this region.",
        lambda ask: ask.engine == "memcached" and (ask["NumCacheNodes"] or 1) > 40, "BM",
        "UG ErrorMessages",
    ),
    # --- failover and zones -----------------------------------------------------------------------
    Rule(
        "cluster-mode-needs-failover", GROUP, VALUE,
        "Redis with cluster mode enabled cannot be created with auto failover turned off.",
        lambda ask: ask.cluster_mode and not ask["AutomaticFailoverEnabled"], "BM",
        "hashicorp/terraform-provider-aws#2730",
    ),
    Rule(
        "failover-needs-two", GROUP + MODIFY, COMBINATION,
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
        lambda ask: ask["AutomaticFailoverEnabled"] and not ask.cluster_mode and ask.least_replicas < 1, "BM",
        "ministryofjustice/cloud-platform-environments#5719",
    ),
    Rule(
        "cluster-mode-keeps-failover", MODIFY, COMBINATION,
        "Turning off automatic failover for replication group with cluster mode enabled is not supported.",
        lambda ask: ask["AutomaticFailoverEnabled"] is False and ask.target.cluster_mode, "BM",
        "hashicorp/terraform-provider-aws#27116",
    ),
    Rule(
        "multi-az-needs-failover", GROUP + MODIFY, COMBINATION,
        "Multi-AZ needs automatic failover: AutomaticFailoverEnabled must be true when MultiAZEnabled is true.",
        lambda ask: ask.multi_az and not ask.automatic_failover, "UG",
    ),
    Rule(
        "multi-az-needs-replica", GROUP + MODIFY, COMBINATION,
        "Multi-AZ needs at least one replica in each node group.",
        lambda ask: ask.multi_az and ask.least_replicas < 1, "UG",
    ),
    Rule(
        "last-replica", ("DecreaseReplicaCount", "DeleteCacheCluster"), VALUE,
        "Must have at least 1 replica when cluster mode is disabled with auto failover enabled.",
        _ends_without_replica, "BM", "hashicorp/terraform-provider-aws#24244",
    ),
    Rule(
        "known-zone", CREATE + ("IncreaseReplicaCount",), VALUE,
        "{zone} is not a valid availability zone of {region}.",
        _unknown_zone, "BM",
    ),
    Rule(
        "zone-per-cluster", GROUP, COMBINATION,
        "The number of PreferredCacheClusterAZs must equal NumCacheClusters.",
        lambda ask: ask["PreferredCacheClusterAZs"] and len(ask["PreferredCacheClusterAZs"]) != ask.nodes, "BM",
    ),
    Rule(
        "az-mode-memcached", CLUSTER, COMBINATION,
        "AZMode is only supported for Memcached clusters.",
        lambda ask: ask["AZMode"] and ask.engine != "memcached", "BM",
    ),
    Rule(
        "cross-az-needs-two", CLUSTER, COMBINATION,
        "Must specify at least two cache nodes in order to specify AZMode of 'cross-az'.",
        lambda ask: ask["AZMode"] == "cross-az" and (ask["NumCacheNodes"] or 1) < 2, "BM",
    ),
    # --- the network ------------------------------------------------------------------------------
    Rule(
        "classic-and-vpc", SETTINGS, COMBINATION,
        "Use of cache security groups is not permitted along with cache subnet group and/or security group Ids.",
        lambda ask: ask["CacheSecurityGroupNames"] and (ask["CacheSubnetGroupName"] or ask["SecurityGroupIds"]),
        "UG", "crossplane-contrib/provider-aws#326",
    ),
    Rule(
        "classic", SETTINGS, VALUE,
        "Use of cache security groups is not permitted in this API version for your account.",
        lambda ask: ask["CacheSecurityGroupNames"], "UG", "hashicorp/terraform#10175",
    ),
    Rule(
        "subnet-group", CREATE, "CacheSubnetGroupNotFoundFault",
        "CacheSubnetGroup {CacheSubnetGroupName} not found.",
        lambda ask: ask["CacheSubnetGroupName"] and not ask.subnet_group, "BM",
    ),
    Rule(
        "same-vpc", CREATE, COMBINATION,
        "Subnet group [{subnet_group}] belongs to a different VPC [{its}] than [{vpc}]",
        _other_vpc, "UG", "aws-controllers-k8s/community#1594",
    ),
    # --- encryption and authentication ------------------------------------------------------------
    Rule(
        "redis-cluster-without-tls", CLUSTER, COMBINATION,
        "Encryption feature is not supported for engine REDIS.",
        lambda ask: ask["TransitEncryptionEnabled"] and ask.engine == "redis", "UG", "aws/aws-cdk#27379",
    ),
    Rule(
        "memcached-tls-version", CLUSTER, COMBINATION,
        "Encryption in transit needs memcached 1.6.12 or later; {version} was asked for.",
        lambda ask: ask["TransitEncryptionEnabled"] and ask.engine == "memcached" and ask.version
        and ask.version.order < (1, 6, 12) and {"version": ask.version.number},
        "UG in-transit-encryption-mc",
    ),
    Rule(
        "tls-needs-subnet-group", CREATE, COMBINATION,
        "If you enable in-transit encryption, you must also specify a value for CacheSubnetGroupName.",
        lambda ask: ask["TransitEncryptionEnabled"] and not ask["CacheSubnetGroupName"], "BM",
    ),
    Rule(
        "tls-mode-needs-tls", GROUP, COMBINATION,
        "TransitEncryptionMode can only be set when TransitEncryptionEnabled is true.",
        lambda ask: ask["TransitEncryptionMode"] and not ask["TransitEncryptionEnabled"], "BM",
    ),
    Rule(
        "auth-needs-tls", CREATE + MODIFY, VALUE,
        "The AUTH token is only supported when encryption-in-transit is enabled",
        lambda ask: ask["AuthToken"] and not ask.tls, "BM", "aws/aws-cli#5007",
    ),
    Rule(
        "auth-token-form", CREATE + MODIFY, VALUE,
        "Invalid AuthToken provided.",
        lambda ask: ask["AuthToken"] is not None and not TOKEN.fullmatch(ask["AuthToken"]), "BM",
        "magenx/Magento-2-aws-cluster-terraform#43",
    ),
    Rule(
        "no-auth-on-memcached", CLUSTER, COMBINATION,
        "Memcached has no authentication: AuthToken cannot be used with engine memcached.",
        lambda ask: ask["AuthToken"] and ask.engine == "memcached", "UG",
    ),
    Rule(
        "user-group-needs-tls", GROUP + MODIFY, COMBINATION,
        "User groups need encryption in transit: TransitEncryptionEnabled must be true.",
        lambda ask: (ask["UserGroupIds"] or ask["UserGroupIdsToAdd"]) and not ask.tls, "UG",
    ),
    Rule(
        "token-or-user-group", GROUP, COMBINATION,
        "AuthToken and UserGroupIds exclude each other: choose one way to authenticate.",
        lambda ask: ask["AuthToken"] and ask["UserGroupIds"], "UG",
    ),
    Rule(
        "token-then-user-group", MODIFY, COMBINATION,
        "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed.",
        lambda ask: ask["UserGroupIdsToAdd"] and ask.target.access.tokens
        and ask["AuthTokenUpdateStrategy"] != "DELETE",
        "UG", "hashicorp/terraform-provider-aws#31710",
    ),
    Rule(
        "one-user-group", GROUP + MODIFY, COMBINATION,
        "A replication group can have only one user group.",
        lambda ask: len(ask["UserGroupIds"] or ask["UserGroupIdsToAdd"] or ()) > 1, "UG",
    ),
    Rule(
        "user-group-exists", GROUP + MODIFY, "UserGroupNotFound",
        "User group {missing} not found.",
        _missing_user_group, "BM",
    ),
    Rule(
        "serverless-user-group-exists", LIMITS, "UserGroupNotFound",
        "User group {UserGroupId} not found.",
        lambda ask: ask["UserGroupId"] and not ask.world.user_group(ask["UserGroupId"]), "BM",
    ),
    Rule(
        "strategy-needs-token", MODIFY, COMBINATION,
        "AuthTokenUpdateStrategy {AuthTokenUpdateStrategy} must be specified with AuthToken.",
        lambda ask: ask["AuthTokenUpdateStrategy"] in ("SET", "ROTATE") and not ask["AuthToken"], "BM",
    ),
    Rule(
        "set-after-rotate", MODIFY, COMBINATION,
        "AuthTokenUpdateStrategy SET is allowed only after ROTATE: rotate this token in first.",
        lambda ask: ask["AuthTokenUpdateStrategy"] == "SET" and ask["AuthToken"] not in ask.target.access.tokens,
        "BM",
    ),
    Rule(
        "delete-for-user-groups", MODIFY, COMBINATION,
        "AuthTokenUpdateStrategy DELETE is allowed only when transitioning to RBAC: pass UserGroupIdsToAdd.",
        lambda ask: ask["AuthTokenUpdateStrategy"] == "DELETE" and not ask["UserGroupIdsToAdd"], "BM",
    ),
    Rule(
        "tls-in-two-steps", MODIFY, COMBINATION,
        "To enable in-transit encryption on an existing cluster, set TransitEncryptionMode to preferred first.",
        lambda ask: ask["TransitEncryptionEnabled"] and not ask.target.tls
        and ask["TransitEncryptionMode"] != "preferred",
        "BM",
    ),
    Rule(
        "tls-later-needs-7", MODIFY, COMBINATION,
        "Enabling in-transit encryption on an existing cluster needs Redis OSS 7 or Valkey 7.2, or later.",
        _tls_too_old, "UG",
    ),
    Rule(
        "tls-off-in-two-steps", MODIFY, COMBINATION,
        "To disable in-transit encryption, set TransitEncryptionMode to preferred first.",
        lambda ask: ask["TransitEncryptionEnabled"] is False and ask.target.tls
        and ask.target.tls_mode != "preferred",
        "UG",
    ),
    Rule(
        "tls-mode-of-plain-group", MODIFY, COMBINATION,
        "TransitEncryptionMode can only be set when in-transit encryption is enabled.",
        lambda ask: ask["TransitEncryptionMode"] and not ask.target.tls and not ask["TransitEncryptionEnabled"],
        "BM",
    ),
    # --- parameter groups -------------------------------------------------------------------------
    Rule(
        "parameter-group", SETTINGS, "CacheParameterGroupNotFound",
        "CacheParameterGroup {CacheParameterGroupName} not found.",
        lambda ask: ask["CacheParameterGroupName"] and not ask.parameter_group, "BM", "floci-io/floci#2392",
    ),
    Rule(
        "parameter-group-family", SETTINGS, COMBINATION,
        "Expected a parameter group of family {wanted} but found one of family {found}",
        _wrong_family, "BM", "hashicorp/terraform#11269",
    ),
    Rule(
        "parameter-group-cluster-mode", GROUP, COMBINATION,
        "ClusterMode {ClusterMode} does not agree with cluster-enabled in parameter group "
        "{CacheParameterGroupName}.",
        lambda ask: ask["ClusterMode"] in ("enabled", "disabled")
        and ask["CacheParameterGroupName"]
        and ask.parameter_group
        and ask.parameter_group.cluster_enabled != (ask["ClusterMode"] == "enabled"),
        "UG",
    ),
    Rule(
        "cluster-without-cluster-mode", CLUSTER, COMBINATION,
        "A parameter group with cluster-enabled='yes' cannot be used to create a cache cluster.",
        lambda ask: ask["CacheParameterGroupName"] and ask.parameter_group and ask.parameter_group.cluster_enabled,
        "BM",
    ),
    # --- cluster mode and durability ----------------------------------------------------------------
    Rule(
        "cluster-mode-step-by-step", MODIFY, COMBINATION,
        "To modify cluster mode from disabled to enabled, you must first set the cluster mode to compatible.",
        lambda ask: ask["ClusterMode"] == "enabled" and not ask.target.cluster_mode, "BM",
    ),
    Rule(
        "cluster-mode-for-good", MODIFY, COMBINATION,
        "Cluster mode cannot be changed from enabled to {ClusterMode}.",
        lambda ask: ask["ClusterMode"] in ("disabled", "compatible") and ask.target.cluster_mode, "UG",
    ),
    Rule(
        "durability", GROUP, COMBINATION,
        "Durability {Durability} needs Valkey 9.0 or later, cluster mode and Multi-AZ.",
        lambda ask: ask["Durability"] in ("sync", "async")
        and not (ask.engine == "valkey" and ask.version and ask.version.order >= (9,) and ask.cluster_mode
                 and ask.multi_az),
        "UG durability",
    ),
    # --- backups ------------------------------------------------------------------------------------
    Rule(
        "retention", SETTINGS + LIMITS, VALUE,
        "SnapshotRetentionLimit must be between 0 and 35 days.",
        lambda ask: _outside(ask["SnapshotRetentionLimit"], 0, 35), "BM",
    ),
    Rule(
        "snapshot-window", SETTINGS, VALUE,
        "Invalid SnapshotWindow {SnapshotWindow}: use hh24:mi-hh24:mi (UTC), at least 60 minutes.",
        lambda ask: ask["SnapshotWindow"] and clock_window(ask["SnapshotWindow"]) < 60,
        "BM",
    ),
    Rule(
        "maintenance-window", SETTINGS, VALUE,
        "Invalid PreferredMaintenanceWindow {PreferredMaintenanceWindow}: use ddd:hh24:mi-ddd:hh24:mi (UTC), "
        "at least 60 minutes.",
        lambda ask: ask["PreferredMaintenanceWindow"] and week_window(ask["PreferredMaintenanceWindow"]) < 60,
        "BM",
    ),
    Rule(
        "memcached-snapshots", CLUSTER, COMBINATION,
        "Snapshots are not available for node-based Memcached: {parameter} cannot be used.",
        lambda ask: ask.engine == "memcached"
        and next(
            ({"parameter": name} for name in ("SnapshotName", "SnapshotArns", "SnapshotRetentionLimit",
                                              "SnapshotWindow") if ask[name]),
            None,
        ),
        "BM",
    ),
    Rule(
        "restore-from", CREATE, "SnapshotNotFoundFault",
        "Snapshot {SnapshotName} not found.",
        lambda ask: ask["SnapshotName"] and not ask.world.snapshot(ask["SnapshotName"]), "BM",
    ),
    # --- serverless ---------------------------------------------------------------------------------
    Rule(
        "one-field", ("ModifyServerlessCache",), COMBINATION,
        "Serverless Cache modifications only support modifying one field per request",
        lambda ask: len(set(ask.given) - {"ServerlessCacheName"}) > 1
        and set(ask.given) - {"ServerlessCacheName"} != {"Engine", "MajorEngineVersion"},
        "UG", "hashicorp/terraform-provider-aws#37499",
    ),
    Rule(
        "ecpu", LIMITS, VALUE,
        "Invalid value for ECPUPerSecond limit. Must be between 1000 and 15000000. You can set the value to "
        "zero to remove the limit.",
        _ecpu_out_of_range, "UG", "hashicorp/terraform-provider-aws#35648",
    ),
    Rule(
        "storage", LIMITS, VALUE,
        "Invalid value for DataStorage limit. Must be between 1 and 5000 GB.",
        _storage_out_of_range, "UG",
    ),
    Rule(
        "minimum-below-maximum", LIMITS, COMBINATION,
        "The Minimum of a usage limit must not be greater than its Maximum.",
        _limits_upside_down, "UG",
    ),
    Rule(
        "serverless-version", SERVERLESS, COMBINATION,
        "Cannot find version {MajorEngineVersion} for {engine}",
        lambda ask: ask["MajorEngineVersion"]
        and ask["MajorEngineVersion"] not in {v.major for v in catalog.versions(ask.engine)}
        | {v.number.rpartition(".")[0] for v in catalog.versions(ask.engine)},
        "BM",
    ),
    Rule(
        "serverless-memcached-users", LIMITS, COMBINATION,
        "UserGroupId is available for Valkey and Redis OSS only.",
        lambda ask: ask["UserGroupId"] and ask.engine == "memcached", "BM",
    ),
    Rule(
        "public-needs-valkey-9", SERVERLESS, COMBINATION,
        "ConnectionType public requires Valkey 9 or above.",
        lambda ask: ask["ConnectionType"] == "public" and not ask.valkey_9, "BM",
    ),
    Rule(
        "integrations-need-valkey-9", SERVERLESS, COMBINATION,
        "The DynamoDB integration requires the Valkey engine with a major engine version of 9 or above.",
        lambda ask: ask["Integrations"] and not ask.valkey_9, "BM",
    ),
    # --- changing what runs ---------------------------------------------------------------------------
    Rule(
        "group-available",
        MODIFY + REPLICAS + ("ModifyReplicationGroupShardConfiguration",),
        "InvalidReplicationGroupState",
        "Replication group must be in available state to modify.",
        lambda ask: ask.target.status != "available", "BM", "umotif-public/terraform-aws-elasticache-redis#54",
    ),
    Rule(
        "promote-by-hand", MODIFY, COMBINATION,
        "A replica can be promoted by hand only while Multi-AZ and automatic failover are disabled.",
        lambda ask: ask["PrimaryClusterId"]
        and (ask.target.cluster_mode or ask.automatic_failover or ask.multi_az),
        "UG AutoFailover",
    ),
    Rule(
        "promote-a-member", MODIFY, "CacheClusterNotFound",
        "Cache cluster {PrimaryClusterId} is not a member of replication group {id}.",
        lambda ask: ask["PrimaryClusterId"] and ask["PrimaryClusterId"].lower() not in ask.target.member_ids, "BM",
    ),
    Rule(
        "now-or-never", REPLICAS + ("ModifyReplicationGroupShardConfiguration",), VALUE,
        "ApplyImmediately=False is not currently supported for {operation}.",
        lambda ask: ask["ApplyImmediately"] is False, "BM",
    ),
    Rule(
        "how-many-replicas", REPLICAS, COMBINATION,
        "Either NewReplicaCount, ReplicaConfiguration{or_remove} must be provided.",
        lambda ask: ask["NewReplicaCount"] is None and not ask["ReplicaConfiguration"]
        and not ask["ReplicasToRemove"]
        and {"or_remove": " or ReplicasToRemove" if ask.operation.startswith("De") else ""},
        "BM",
    ),
    Rule(
        "increase", ("IncreaseReplicaCount",), VALUE,
        "The new number of replicas must be greater than the {now} there are.",
        lambda ask: any(after <= before for before, after in ask.replica_changes)
        and {"now": max(before for before, _ in ask.replica_changes)},
        "BM",
    ),
    Rule(
        "decrease", ("DecreaseReplicaCount",), VALUE,
        "The new number of replicas must be less than the {now} there are.",
        lambda ask: any(after >= before for before, after in ask.replica_changes)
        and {"now": min(before for before, _ in ask.replica_changes)},
        "BM",
    ),
    Rule(
        "failover-to-test", ("TestFailover",), "InvalidReplicationGroupState",
        "Replication group {id} must have automatic failover enabled, and be available, to test its failover.",
        lambda ask: not ask.target.automatic_failover or ask.target.status != "available", "BM",
    ),
    # --- lists ----------------------------------------------------------------------------------------
    Rule(
        "max-records", ("Describe*",), VALUE,
        "Invalid value {MaxRecords} for MaxRecords. Must be between 20 and 100.",
        lambda ask: _outside(ask["MaxRecords"], 20, 100), "BM",
    ),
    Rule(
        "fourteen-days", ("DescribeEvents",), VALUE,
        "Events are kept for 14 days: {too_far} reaches further back.",
        lambda ask: (_outside(ask["Duration"], 1, 14 * 1440) and {"too_far": "Duration"})
        or (ask.older_than_14_days and {"too_far": "StartTime"}),
        "BM",
    ),
    Rule(
        "start-and-duration", ("DescribeEvents",), COMBINATION,
        "Duration cannot be combined with both StartTime and EndTime.",
        lambda ask: ask["Duration"] is not None and ask["StartTime"] and ask["EndTime"], "BM",
    ),
)


def guarding(operation: str) -> Iterable[Rule]:
    """The rules of one operation, in the order they are checked."""
    for rule in RULES:
        if operation in rule.operations or ("Describe*" in rule.operations and operation.startswith("Describe")):
            yield rule


def first_broken(ask: Ask) -> tuple[str, str] | None:
    """(code, message) of the first rule that `ask` breaks; None if AWS would take it."""
    for rule in guarding(ask.operation):
        if message := rule.check(ask):
            return rule.code, message
    return None
