"""Every rule refuses the request it is there for, with its code and its words, and nothing close to it."""

import itertools
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.cloud import prices, rules
from cachelab.cloud.api.perform import check
from cachelab.cloud.asking import Ask
from cachelab.cloud.faults import Fault

GROUP = {"ReplicationGroupId": "new", "ReplicationGroupDescription": "d", "Engine": "valkey"}
NODE = {"CacheClusterId": "new", "Engine": "memcached", "CacheNodeType": "cache.t4g.micro"}
TLS = {"TransitEncryptionEnabled": True, "CacheSubnetGroupName": "my-subnets"}
TWO = {"NumCacheClusters": 2}
TOKEN = "a-token-of-16-chars"


def group(**more):
    return "CreateReplicationGroup", GROUP | more


def change(name, **more):
    return "ModifyReplicationGroup", {"ReplicationGroupId": name} | more


def node(**more):
    return "CreateCacheCluster", NODE | more


def serverless(**more):
    return "CreateServerlessCache", {"ServerlessCacheName": "new", "Engine": "valkey"} | more


def replicas(verb, name, **more):
    return f"{verb}ReplicaCount", {"ReplicationGroupId": name, "ApplyImmediately": True} | more


# What AWS itself has answered, word for word: (rule, request, code, message).
def tagged(*keys):
    return [{"Key": key, "Value": "v"} for key in keys]


def layout(*rows):
    """A cluster with these rows of NodeGroupConfiguration."""
    return group(
        ClusterMode="enabled", NodeGroupConfiguration=list(rows), ReplicasPerNodeGroup=1,
        AutomaticFailoverEnabled=True,
    )  # fmt: skip


def user(operation="CreateUser", **given):
    basis = {"UserId": "app", "UserName": "app", "Engine": "redis", "AccessString": "on ~* +@all"}
    return operation, (basis if operation == "CreateUser" else {}) | given


SLOW_LOG = {
    "LogType": "slow-log",
    "DestinationType": "cloudwatch-logs",
    "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "slow"}},
    "LogFormat": "json",
}


def slow_log(**change):
    """A group whose slow log is to be delivered."""
    return group(LogDeliveryConfigurations=[SLOW_LOG | change])


LONG = "sixteen-characters-and-more"

SEEN = [
    (
        "identifier",
        node(CacheClusterId="1--bad--"),
        "InvalidParameterValue",
        "The parameter CacheClusterIdentifier is not a valid identifier. Identifiers must begin with a "
        "letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or "
        "contain two consecutive hyphens.",
    ),
    (
        "group-exists",
        group(ReplicationGroupId="Plain"),
        "ReplicationGroupAlreadyExists",
        "Replication group with specified name already exists.",
    ),
    (
        "exact-version",
        group(Engine="redis", EngineVersion="6.2.6"),
        "InvalidParameterValue",
        "Specific version selection is not allowed for '6.2.6', please use '6.2'",
    ),
    (
        "known-version",
        group(Engine="redis", EngineVersion="4.0.13"),
        "InvalidParameterCombination",
        "Cannot find version 4.0.13 for redis",
    ),
    (
        "parameter-group",
        group(CacheParameterGroupName="nope"),
        "CacheParameterGroupNotFound",
        "CacheParameterGroup not found: nope",
    ),
    (
        "parameter-group-family",
        group(CacheParameterGroupName="old"),
        "InvalidParameterCombination",
        "Expected a parameter group of family valkey9 but found one of family redis5.0",
    ),
    (
        "replica-cluster-alone",
        ("CreateCacheCluster", {"CacheClusterId": "r", "ReplicationGroupId": "plain", "NumCacheNodes": 1}),
        "InvalidParameterCombination",
        "Cannot specify additional cache cluster parameters when creating a replica cluster",
    ),
    (
        "replicas-0-to-5",
        group(ReplicasPerNodeGroup=6),
        "InvalidParameterValue",
        "The number of replicas per node group must be within 0 and 5.",
    ),
    (
        "memcached-at-most-40",
        node(NumCacheNodes=41),
        "NodeQuotaForClusterExceeded",
        "Cluster node quota exceeded. Each cluster can have at most 40 nodes in this region.",
    ),
    (
        "cluster-mode-needs-failover",
        group(ClusterMode="enabled", NumNodeGroups=2),
        "InvalidParameterValue",
        "Redis with cluster mode enabled cannot be created with auto failover turned off.",
    ),
    (
        "failover-needs-two",
        group(AutomaticFailoverEnabled=True),
        "InvalidParameterCombination",
        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
    ),
    (
        "failover-needs-a-replica",
        change("secured", AutomaticFailoverEnabled=True),
        "InvalidParameterCombination",
        "Replication group must have at least one read replica to enable autofailover.",
    ),
    (
        "as-many-replicas-already",
        replicas("Increase", "failing-over", NewReplicaCount=1),
        "NoOperationFault",
        "Requested new replica count already matches current number of replicas.",
    ),
    (
        "as-many-replicas-already",
        replicas("Decrease", "failing-over", NewReplicaCount=1),
        "NoOperationFault",
        "Requested new replica count already matches current number of replicas.",
    ),
    (
        "snapshotting-a-member",
        change("plain", SnapshottingClusterId="nobody-001"),
        "CacheClusterNotFound",
        "Specified snapshotting cluster does not exist",
    ),
    (
        "snapshotting-of-a-cluster",
        change("shards", SnapshottingClusterId="shards-0001-001"),
        "InvalidParameterCombination",
        "Cannot set snapshotting cluster for cluster mode enabled replication group",
    ),
    (
        "backups-of-which-node",
        change("plain", SnapshotRetentionLimit=7),
        "InvalidParameterCombination",
        "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots",
    ),
    (
        "node-type-retired",
        group(CacheNodeType="cache.t2.micro"),
        "InvalidParameterValue",
        "Invalid Cache Node Type: cache.t2.micro. (It is of a previous generation.)",
    ),
    (
        "node-type",
        group(CacheNodeType="cache.nope"),
        "InvalidParameterValue",
        "Invalid Cache Node Type: cache.nope",
    ),
    (
        "memcached-tls-version",
        node(EngineVersion="1.6.6", TransitEncryptionEnabled=True, CacheSubnetGroupName="my-subnets"),
        "InvalidParameterCombination",
        "Encryption features are not supported for engine version 1.6.6. Please use engine version 1.6.12",
    ),
    (
        "cluster-mode-keeps-failover",
        change("shards", AutomaticFailoverEnabled=False),
        "InvalidParameterCombination",
        "Turning off automatic failover for replication group with cluster mode enabled is not supported.",
    ),
    (
        "last-replica",
        replicas("Decrease", "failing-over", NewReplicaCount=0),
        "InvalidParameterValue",
        "Must have at least 1 replica when cluster mode is disabled with auto failover enabled.",
    ),
    (
        "classic-and-vpc",
        group(CacheSecurityGroupNames=["x"], SecurityGroupIds=["sg-1"]),
        "InvalidParameterCombination",
        "Use of cache security groups is not permitted along with cache subnet group and/or security group "
        "Ids.",
    ),
    (
        "classic",
        group(CacheSecurityGroupNames=["x"]),
        "InvalidParameterValue",
        "Use of cache security groups is not permitted in this API version for your account.",
    ),
    (
        "redis-cluster-without-tls",
        node(Engine="redis", **TLS),
        "InvalidParameterCombination",
        "Encryption feature is not supported for engine REDIS.",
    ),
    (
        "auth-needs-tls",
        group(AuthToken=TOKEN),
        "InvalidParameterValue",
        "The AUTH token is only supported when encryption-in-transit is enabled",
    ),
    (
        "auth-token-form",
        group(AuthToken="has-an-@-in-its-middle", **TLS),
        "InvalidParameterValue",
        "Invalid AuthToken provided.",
    ),
    (
        "token-then-user-group",
        change("secured", UserGroupIdsToAdd=["staff"]),
        "InvalidParameterCombination",
        "User group can't be associated with auth token enabled. Pass AuthStrategy delete to proceed.",
    ),
    (
        "one-field",
        (
            "ModifyServerlessCache",
            {"ServerlessCacheName": "any", "Description": "d", "SnapshotRetentionLimit": 1},
        ),
        "InvalidParameterCombination",
        "Serverless Cache modifications only support modifying one field per request",
    ),
    (
        "ecpu",
        serverless(CacheUsageLimits={"ECPUPerSecond": {"Maximum": 5}}),
        "InvalidParameterValue",
        "Invalid value for ECPUPerSecond limit. Must be between 1000 and 15000000. You can set the value to "
        "zero to remove the limit.",
    ),
    (
        "group-available",
        change("changing", ReplicationGroupDescription="x"),
        "InvalidReplicationGroupState",
        "Replication group must be in available state to modify.",
    ),
    (
        "iam-user-name",
        user(UserName="somebody", AuthenticationMode={"Type": "iam"}),
        "InvalidParameterCombination",
        "User Id and User name must be same for authentication type: iam",
    ),
]

# AWS's code, our words: (rule, request, code).
OURS = [
    ("port", group(Port=70000), "InvalidParameterValue"),
    ("identifier-length", group(ReplicationGroupId="a" * 41), "InvalidParameterValue"),
    ("cluster-exists", node(CacheClusterId="plain-001"), "CacheClusterAlreadyExists"),
    ("serverless-exists", serverless(ServerlessCacheName="Any"), "ServerlessCacheAlreadyExistsFault"),
    ("group-engine", group(Engine="banana"), "InvalidParameterValue"),
    ("group-engine", group(Engine="memcached"), "InvalidParameterValue"),
    ("cluster-engine", node(Engine="valkey"), "InvalidParameterValue"),
    ("serverless-engine", serverless(Engine="banana"), "InvalidParameterValue"),
    ("no-downgrade", change("plain", EngineVersion="8.0"), "InvalidParameterCombination"),
    ("engine-switch", change("plain", Engine="redis"), "InvalidParameterCombination"),
    ("node-type-given", node(CacheNodeType=None), "InvalidParameterValue"),
    ("data-tiering", group(DataTieringEnabled=True), "InvalidParameterCombination"),
    ("r6gd-tiers", group(CacheNodeType="cache.r6gd.xlarge"), "InvalidParameterCombination"),
    ("one-way-to-count", group(NumCacheClusters=2, ReplicasPerNodeGroup=1), "InvalidParameterCombination"),
    ("count-of-shards", group(NumCacheClusters=2, NumNodeGroups=2), "InvalidParameterCombination"),
    ("clusters-1-to-6", group(NumCacheClusters=7), "InvalidParameterValue"),
    ("shards-1-to-500", group(NumNodeGroups=501), "NodeGroupsPerReplicationGroupQuotaExceeded"),
    (
        "shards-need-cluster-mode",
        group(NumNodeGroups=2, ClusterMode="disabled"),
        "InvalidParameterCombination",
    ),
    (
        "one-layout-per-shard",
        group(NodeGroupConfiguration=[{"NodeGroupId": "0001"}], NumNodeGroups=2),
        "InvalidParameterCombination",
    ),
    ("redis-cluster-has-one-node", node(Engine="redis", NumCacheNodes=2), "InvalidParameterValue"),
    ("memcached-nodes", node(NumCacheNodes=0), "InvalidParameterValue"),
    ("multi-az-needs-failover", group(MultiAZEnabled=True, **TWO), "InvalidParameterCombination"),
    ("multi-az-needs-failover", change("plain", MultiAZEnabled=True), "InvalidParameterCombination"),
    (
        "multi-az-needs-replica",
        group(ClusterMode="enabled", NumNodeGroups=2, AutomaticFailoverEnabled=True, MultiAZEnabled=True),
        "InvalidParameterCombination",
    ),
    ("known-zone", group(PreferredCacheClusterAZs=["mars-1a"]), "InvalidParameterValue"),
    (
        "zone-per-cluster",
        group(PreferredCacheClusterAZs=["us-east-1a"], **TWO),
        "InvalidParameterCombination",
    ),
    ("az-mode-memcached", node(Engine="redis", AZMode="cross-az"), "InvalidParameterCombination"),
    ("cross-az-needs-two", node(AZMode="cross-az", NumCacheNodes=1), "InvalidParameterCombination"),
    ("subnet-group", group(CacheSubnetGroupName="nope"), "CacheSubnetGroupNotFoundFault"),
    ("tls-needs-subnet-group", group(TransitEncryptionEnabled=True), "InvalidParameterCombination"),
    (
        "key-for-nothing",
        group(Engine="redis", KmsKeyId="alias/aws/elasticache"),
        "InvalidParameterCombination",
    ),
    ("kms-key", group(KmsKeyId="alias/mine"), "InvalidParameterValue"),
    ("serverless-kms-key", serverless(KmsKeyId="0-1"), "InvalidKMSKeyFault"),
    ("tls-mode-needs-tls", group(TransitEncryptionMode="preferred"), "InvalidParameterCombination"),
    ("auth-token-form", group(AuthToken="short", **TLS), "InvalidParameterValue"),
    ("auth-token-form", group(AuthToken="x" * 129, **TLS), "InvalidParameterValue"),
    ("auth-needs-tls", node(AuthToken=TOKEN), "InvalidParameterValue"),
    ("no-auth-on-memcached", node(AuthToken=TOKEN, **TLS), "InvalidParameterCombination"),
    ("user-group-needs-tls", group(UserGroupIds=["staff"]), "InvalidParameterCombination"),
    (
        "token-or-user-group",
        group(AuthToken=TOKEN, UserGroupIds=["staff"], **TLS),
        "InvalidParameterCombination",
    ),
    ("one-user-group", group(UserGroupIds=["staff", "staff"], **TLS), "InvalidParameterCombination"),
    ("user-group-exists", group(UserGroupIds=["nope"], **TLS), "UserGroupNotFound"),
    ("serverless-user-group-exists", serverless(UserGroupId="nope"), "UserGroupNotFound"),
    ("user-group-active", group(UserGroupIds=["guests"], **TLS), "InvalidUserGroupState"),
    (
        "user-group-active",
        change("secured", AuthTokenUpdateStrategy="DELETE", UserGroupIdsToAdd=["guests"]),
        "InvalidUserGroupState",
    ),
    ("user-group-active", serverless(UserGroupId="guests"), "InvalidUserGroupState"),
    ("strategy-needs-token", change("secured", AuthTokenUpdateStrategy="SET"), "InvalidParameterCombination"),
    (
        "set-after-rotate",
        change("secured", AuthTokenUpdateStrategy="SET", AuthToken=TOKEN),
        "InvalidParameterCombination",
    ),
    (
        "delete-for-user-groups",
        change("secured", AuthTokenUpdateStrategy="DELETE"),
        "InvalidParameterCombination",
    ),
    ("tls-in-two-steps", change("plain", TransitEncryptionEnabled=True), "InvalidParameterCombination"),
    (
        "tls-later-needs-7",
        change("redis-6", TransitEncryptionEnabled=True, TransitEncryptionMode="preferred"),
        "InvalidParameterCombination",
    ),
    (
        "tls-off-in-two-steps",
        change("secured", TransitEncryptionEnabled=False),
        "InvalidParameterCombination",
    ),
    (
        "tls-mode-of-plain-group",
        change("plain", TransitEncryptionMode="preferred"),
        "InvalidParameterCombination",
    ),
    (
        "parameter-group-cluster-mode",
        group(ClusterMode="disabled", CacheParameterGroupName="sharded"),
        "InvalidParameterCombination",
    ),
    (
        "cluster-without-cluster-mode",
        node(Engine="redis", CacheParameterGroupName="default.redis7.cluster.on"),
        "InvalidParameterCombination",
    ),
    ("cluster-mode-step-by-step", change("plain", ClusterMode="enabled"), "InvalidParameterCombination"),
    ("cluster-mode-for-good", change("shards", ClusterMode="disabled"), "InvalidParameterCombination"),
    ("durability", group(Durability="sync"), "InvalidParameterCombination"),
    ("retention", group(SnapshotRetentionLimit=36), "InvalidParameterValue"),
    ("retention", serverless(SnapshotRetentionLimit=36), "InvalidParameterValue"),
    ("snapshot-window", group(SnapshotWindow="05:00-05:59"), "InvalidParameterValue"),
    ("snapshot-window", group(SnapshotWindow="5:00-06:00"), "InvalidParameterValue"),
    ("maintenance-window", group(PreferredMaintenanceWindow="sun:05:00-sun:05:30"), "InvalidParameterValue"),
    (
        "topic",
        group(NotificationTopicArn="arn:aws:sns:us-east-1:1:nobody"),
        "InvalidParameterValue",
    ),
    ("topic-status", change("plain", NotificationTopicStatus="loud"), "InvalidParameterValue"),
    ("log-of-memcached", node(LogDeliveryConfigurations=[SLOW_LOG]), "InvalidParameterCombination"),
    ("log-destination", group(LogDeliveryConfigurations=[{"Enabled": False}]), "InvalidParameterCombination"),
    ("log-destination", slow_log(DestinationDetails=None), "InvalidParameterCombination"),
    ("log-details", slow_log(DestinationType="kinesis-firehose"), "InvalidParameterCombination"),
    (
        "log-version",
        group(Engine="redis", EngineVersion="5.0.6", LogDeliveryConfigurations=[SLOW_LOG]),
        "InvalidParameterCombination",
    ),
    ("memcached-snapshots", node(SnapshotRetentionLimit=1), "InvalidParameterCombination"),
    ("restore-from", group(SnapshotName="nope"), "SnapshotNotFoundFault"),
    ("restore-from-finished", group(SnapshotName="unfinished"), "InvalidParameterValue"),
    (
        "storage",
        serverless(CacheUsageLimits={"DataStorage": {"Maximum": 5001, "Unit": "GB"}}),
        "InvalidParameterValue",
    ),
    (
        "minimum-below-maximum",
        serverless(CacheUsageLimits={"ECPUPerSecond": {"Minimum": 5000, "Maximum": 2000}}),
        "InvalidParameterCombination",
    ),
    ("serverless-version", serverless(MajorEngineVersion="42"), "InvalidParameterCombination"),
    (
        "serverless-memcached-users",
        serverless(Engine="memcached", UserGroupId="staff"),
        "InvalidParameterCombination",
    ),
    (
        "public-needs-valkey-9",
        serverless(ConnectionType="public", MajorEngineVersion="8"),
        "InvalidParameterCombination",
    ),
    (
        "integrations-need-valkey-9",
        serverless(Engine="redis", Integrations=[{"IntegrationType": "dynamodb"}]),
        "InvalidParameterCombination",
    ),
    (
        "promote-by-hand",
        change("failing-over", PrimaryClusterId="failing-over-002"),
        "InvalidParameterCombination",
    ),
    ("promote-a-member", change("plain", PrimaryClusterId="stranger"), "CacheClusterNotFound"),
    (
        "now-or-never",
        replicas("Increase", "plain", NewReplicaCount=2, ApplyImmediately=False),
        "InvalidParameterValue",
    ),
    ("how-many-replicas", replicas("Increase", "plain"), "InvalidParameterCombination"),
    ("increase", replicas("Increase", "plain", NewReplicaCount=0), "InvalidParameterValue"),
    ("decrease", replicas("Decrease", "plain", NewReplicaCount=2), "InvalidParameterValue"),
    (
        "failover-to-test",
        ("TestFailover", {"ReplicationGroupId": "plain", "NodeGroupId": "0001"}),
        "InvalidReplicationGroupState",
    ),
    ("max-records", ("DescribeEvents", {"MaxRecords": 19}), "InvalidParameterValue"),
    ("fourteen-days", ("DescribeEvents", {"Duration": 14 * 1440 + 1}), "InvalidParameterValue"),
    (
        "start-and-duration",
        ("DescribeEvents", {"Duration": 1, "StartTime": datetime.now(), "EndTime": datetime.now()}),
        "InvalidParameterCombination",
    ),
    ("user-exists", user(UserId="Default", NoPasswordRequired=True), "UserAlreadyExists"),
    ("user-engine", user(Engine="memcached", NoPasswordRequired=True), "InvalidParameterValue"),
    ("default-user-stays", user("ModifyUser", UserId="default", Passwords=[LONG]), "InvalidUserState"),
    ("two-passwords", user(Passwords=[LONG + "1", LONG + "2", LONG + "3"]), "InvalidParameterValue"),
    ("password-length", user(Passwords=["short"]), "InvalidParameterValue"),
    (
        "passwords-once",
        user(Passwords=[LONG], AuthenticationMode={"Type": "password", "Passwords": [LONG]}),
        "InvalidParameterCombination",
    ),
    ("password-or-none", user(Passwords=[LONG], NoPasswordRequired=True), "InvalidParameterCombination"),
    (
        "password-of-other-mode",
        user(AuthenticationMode={"Type": "no-password-required", "Passwords": [LONG]}),
        "InvalidParameterCombination",
    ),
    ("password-missing", user(AuthenticationMode={"Type": "password"}), "InvalidParameterCombination"),
    ("how-to-log-in", user(), "InvalidParameterValue"),
    (
        "one-access-string",
        user("ModifyUser", UserId="clerk", AccessString="on ~* +@all", AppendAccessString="+get"),
        "InvalidParameterCombination",
    ),
    ("access-string", user(AccessString="all of it", NoPasswordRequired=True), "InvalidParameterValue"),
    (
        "access-string",
        user("ModifyUser", UserId="clerk", AppendAccessString=">password"),
        "InvalidParameterValue",
    ),
    (
        "shard-id-once",
        layout({"NodeGroupId": "0002"}, {"NodeGroupId": "0002"}),
        "InvalidParameterCombination",
    ),
    (
        "replicas-and-their-zones",
        layout({"ReplicaCount": 2, "ReplicaAvailabilityZones": ["us-east-1a"]}, {}),
        "InvalidParameterCombination",
    ),
    ("slots-form", layout({"Slots": "abc"}, {"Slots": "0-9"}), "InvalidParameterValue"),
    ("slots-form", layout({"Slots": "0-20000"}), "InvalidParameterValue"),
    ("slots-form", layout({"Slots": "9-0"}), "InvalidParameterValue"),
    ("slots-of-all", layout({"Slots": "0-16383"}, {}), "InvalidParameterCombination"),
    ("slots-each-once", layout({"Slots": "0-5000"}, {"Slots": "6000-16383"}), "InvalidParameterCombination"),
    ("slots-each-once", layout({"Slots": "0-9000"}, {"Slots": "8000-16383"}), "InvalidParameterCombination"),
    ("slots-each-once", layout({"Slots": "1-16383"}), "InvalidParameterCombination"),
    ("slots-each-once", layout({"Slots": "0-16382"}), "InvalidParameterCombination"),
    ("tag-key", group(Tags=tagged("aws:mine")), "InvalidParameterValue"),
    ("tag-key", group(Tags=tagged("k" * 129)), "InvalidParameterValue"),
    ("tag-value", group(Tags=[{"Key": "k", "Value": "v" * 257}]), "InvalidParameterValue"),
    ("tag-once", group(Tags=tagged("k", "k")), "InvalidParameterValue"),
    ("tag-quota", group(Tags=tagged(*map(str, range(51)))), "TagQuotaPerResourceExceeded"),
]


# What AWS takes, though it is close to something it does not.
FINE = [
    slow_log(),
    group(LogDeliveryConfigurations=[{"LogType": "slow-log", "Enabled": False}]),
    group(KmsKeyId="alias/aws/elasticache"),
    group(CacheNodeType="cache.c7gn.large"),
    group(),
    group(NumCacheClusters=6),
    group(ReplicasPerNodeGroup=0),
    group(AutomaticFailoverEnabled=True, MultiAZEnabled=True, ReplicasPerNodeGroup=1),
    group(ClusterMode="enabled", AutomaticFailoverEnabled=True, NumNodeGroups=3),  # no replica: allowed there
    group(NumNodeGroups=2, AutomaticFailoverEnabled=True),  # several shards mean cluster mode
    group(AuthToken="0123456789abcde!", **TLS),
    group(AuthToken="!&#$^<>-" * 16, **TLS),
    group(UserGroupIds=["staff"], **TLS),
    group(TransitEncryptionMode="preferred", **TLS),
    group(SnapshotRetentionLimit=35, SnapshotWindow="23:30-00:30"),
    group(PreferredMaintenanceWindow="Sun:23:00-mon:01:30"),
    group(SnapshotName="yesterday"),
    group(EngineVersion="9.1", CacheParameterGroupName="mine"),
    group(SecurityGroupIds=["sg-0a1b2c3d"]),
    group(Engine="VALKEY"),
    node(NumCacheNodes=40),
    node(AZMode="cross-az", NumCacheNodes=2),
    node(**TLS),
    node(Engine="redis", NumCacheNodes=1),
    ("CreateCacheCluster", {"CacheClusterId": "r", "ReplicationGroupId": "plain"}),
    serverless(CacheUsageLimits={"ECPUPerSecond": {"Maximum": 0}}),
    serverless(ConnectionType="public"),
    change("plain", AutomaticFailoverEnabled=True),
    change("plain", PrimaryClusterId="plain-002"),
    change(
        "failing-over",
        AutomaticFailoverEnabled=False,
        MultiAZEnabled=False,
        PrimaryClusterId="failing-over-002",
    ),
    change("secured", AuthToken=TOKEN),
    change("secured", AuthToken="0123456789abcdef", AuthTokenUpdateStrategy="SET"),
    change("secured", AuthTokenUpdateStrategy="DELETE", UserGroupIdsToAdd=["staff"]),
    change("redis-6", Engine="valkey", EngineVersion="9.1"),
    replicas("Increase", "shards", NewReplicaCount=5),
    replicas("Decrease", "shards", NewReplicaCount=0),
    replicas("Decrease", "plain", ReplicasToRemove=["plain-002"]),
    ("DescribeEvents", {"MaxRecords": 20, "Duration": 14 * 1440}),
    user(Passwords=[LONG, LONG + "2"]),
    user(AuthenticationMode={"Type": "iam"}),
    user("ModifyUser", UserId="clerk", AppendAccessString="-@dangerous"),
    layout({"Slots": "8192-16383"}, {"Slots": "0-8191"}),
    group(Tags=tagged(*map(str, range(50)))),
]


def refused(region, request) -> Fault:
    operation, parameters = request
    with pytest.raises(Fault) as caught:
        check(region, operation, {key: value for key, value in parameters.items() if value is not None})
    return caught.value


def name(case):
    return case[0] if isinstance(case[0], str) else None


@pytest.mark.parametrize("case", SEEN, ids=name)
def test_in_awss_own_words(furnished, case):
    _, request, code, message = case
    fault = refused(furnished, request)
    assert (fault.code, fault.message) == (code, message)


@pytest.mark.parametrize("case", OURS, ids=name)
def test_with_awss_code(furnished, case):
    rule, request, code = case
    fault = refused(furnished, request)
    assert fault.code == code
    assert "{" not in fault.message and fault.message.strip()


@pytest.mark.parametrize("request_", FINE, ids=lambda request: request[0])
def test_what_aws_takes(furnished, request_):
    check(furnished, *request_)


def test_the_rule_that_speaks_is_the_one_that_is_tested(furnished):
    """Each case above breaks its own rule first: the message it gets is that rule's."""
    by_name = {rule.name: rule for rule in rules.RULES}
    for rule, request, *_ in SEEN + OURS:
        fault = refused(furnished, request)
        assert fault.code == by_name[rule].code, rule
        start = by_name[rule].says.partition("{")[0]
        assert fault.message.startswith(start), (rule, fault.message)


def test_every_rule_has_a_case():
    from_ec2 = {"same-vpc"}  # needs a VPC: see tests/engines/test_cloud_account.py
    tested = {case[0] for case in SEEN + OURS}
    assert {rule.name for rule in rules.RULES} - tested == from_ec2


def test_rules_are_well_formed():
    names = [rule.name for rule in rules.RULES]
    assert len(names) == len(set(names))
    assert all(rule.source for rule in rules.RULES)
    assert {rule.name for rule in rules.RULES if rule.seen} == {case[0] for case in SEEN} | {"same-vpc"}


def test_a_layout_is_read_by_node_group_id(furnished):
    rows = [{"NodeGroupId": "0001"}, {"NodeGroupId": "0003", "ReplicaCount": 1}, {"NodeGroupId": "0002"}]
    operation, request = group(NodeGroupConfiguration=rows, ReplicasPerNodeGroup=2)
    ask = Ask(operation, request, furnished)
    assert list(zip([id for id, _ in ask.layout], ask.replica_counts, strict=True)) == [
        ("0001", 2), ("0002", 2), ("0003", 1),
    ]  # fmt: skip
    assert ask.nodes == 8 == prices.node_count(operation, request)


@given(cuts=st.sets(st.integers(1, 16_383), max_size=6), hurt=st.sampled_from(["", "gap", "overlap"]))
def test_every_slot_must_be_in_one_node_group(furnished, cuts, hurt):
    edges = [0, *sorted(cuts), 16_384]
    ranges = [[low, high - 1] for low, high in itertools.pairwise(edges)]
    if hurt and len(ranges) > 1:
        ranges[1][0] += 1 if hurt == "gap" else -1
    else:
        hurt = ""
    rows = [{"Slots": f"{low}-{high}"} for low, high in ranges]
    broken = rules.first_broken(Ask(*layout(*rows), furnished))
    if not hurt:
        assert broken is None
    else:
        assert broken[0] in ("InvalidParameterCombination", "InvalidParameterValue")
