"""Replication groups made with boto3: their endpoints take connections, and what was asked for is so."""

import re
import time
from datetime import timedelta

import pytest
import redis
from botocore.exceptions import ClientError

from cachelab import cloud
from cachelab.cloud.plane.shard import Shard
from cachelab.engines.valkey import ValkeyServer
from tests.oracle.cloud_drills import (
    TOKEN,
    connect,
    describe,
    make_group,
    make_subnet_group,
    messages,
    primary,
    reader,
    remove,
    roles,
    wait_until,
)


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as aws:
        make_subnet_group(aws)
        yield aws


@pytest.fixture(scope="module")
def elasticache(aws):
    return aws.client("elasticache")


def refused(call, **request) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# One group, looked at from all sides.


@pytest.fixture(scope="module")
def shop(aws):
    """A primary and two replicas, failing over by themselves."""
    return make_group(aws, "Shop", NumCacheClusters=3, AutomaticFailoverEnabled=True, MultiAZEnabled=True)


def test_it_is_described_as_aws_would(shop):
    assert (shop["ReplicationGroupId"], shop["Status"], shop["Engine"]) == ("shop", "available", "valkey")
    assert shop["MemberClusters"] == ["shop-001", "shop-002", "shop-003"]
    assert (shop["AutomaticFailover"], shop["MultiAZ"], shop["ClusterEnabled"]) == (
        "enabled",
        "enabled",
        False,
    )
    assert shop["AtRestEncryptionEnabled"] is True  # Valkey's default; Redis OSS has it off
    [shard] = shop["NodeGroups"]
    assert [member["CurrentRole"] for member in shard["NodeGroupMembers"]] == [
        "primary",
        "replica",
        "replica",
    ]
    zones = {member["PreferredAvailabilityZone"] for member in shard["NodeGroupMembers"]}
    assert len(zones) == 3
    assert "ConfigurationEndpoint" not in shop


def test_its_members_are_cache_clusters_too(elasticache, shop):
    [member] = elasticache.describe_cache_clusters(CacheClusterId="shop-002", ShowCacheNodeInfo=True)[
        "CacheClusters"
    ]
    assert (member["ReplicationGroupId"], member["CacheClusterStatus"]) == ("shop", "available")
    assert member["CacheNodes"][0]["Endpoint"] == shop["NodeGroups"][0]["NodeGroupMembers"][1]["ReadEndpoint"]
    alone = elasticache.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    assert "shop-002" not in {cluster["CacheClusterId"] for cluster in alone}


def test_writes_at_the_primary_endpoint_are_read_at_the_reader_endpoint(shop):
    connect(primary(shop)).set("greeting", "hello")
    replicas = connect(reader(shop))
    wait_until(lambda: replicas.get("greeting") == "hello", "replication")
    with pytest.raises(redis.ReadOnlyError):
        replicas.set("greeting", "no")


def test_the_reader_endpoint_takes_turns(shop):
    seen = {connect(reader(shop)).info("server")["tcp_port"] for _ in range(4)}
    members = shop["NodeGroups"][0]["NodeGroupMembers"]
    assert seen == {
        member["ReadEndpoint"]["Port"] for member in members if member["CurrentRole"] == "replica"
    }


def test_a_node_knows_its_zone_and_its_memory(shop):
    client = connect(primary(shop))
    assert client.info("memory")["maxmemory"] == 402653184  # three quarters of a t4g.micro
    assert client.info("memory")["maxmemory_policy"] == "volatile-lru"
    assert client.info("server")["availability_zone"] == "us-east-1a"


@pytest.mark.parametrize(
    "command",
    ["CONFIG GET maxmemory", "SAVE", "BGSAVE", "DEBUG SLEEP 0", "SHUTDOWN NOSAVE", "REPLICAOF NO ONE",
     "ACL SETUSER me on", "ACL LIST", "MODULE LIST", "SLAVEOF NO ONE", "FAILOVER"],
)  # fmt: skip
def test_commands_that_elasticache_does_not_offer(shop, command):
    with pytest.raises(redis.ResponseError, match="permission|not allowed"):
        connect(primary(shop)).execute_command(*command.split())


def test_the_topology_shows_real_processes(aws, shop):
    rows = aws.topology("shop")
    assert [row["role"] for row in rows] == ["primary", "replica", "replica"]
    assert all(row["live"] and row["pid"] and row["link"] == "up" for row in rows)
    assert all(row["engine"].startswith("real Valkey 9") for row in rows)
    assert rows[0]["lag"] == 0


def test_what_aws_would_call_it(aws, shop):
    assert aws.aws_address("shop").endswith(".ng.0001.use1.cache.amazonaws.com")
    assert aws.aws_address("shop-002").startswith("shop-002.")
    with pytest.raises(cloud.AccountError, match="nobody"):
        aws.aws_address("nobody")


def test_tags(elasticache, shop):
    answer = elasticache.add_tags_to_resource(
        ResourceName=shop["ARN"], Tags=[{"Key": "team", "Value": "web"}, {"Key": "stage", "Value": "dev"}]
    )
    assert {tag["Key"] for tag in answer["TagList"]} == {"team", "stage"}
    elasticache.remove_tags_from_resource(ResourceName=shop["ARN"], TagKeys=["stage"])
    tags = elasticache.list_tags_for_resource(ResourceName=shop["ARN"])["TagList"]
    assert tags == [{"Key": "team", "Value": "web"}]


def test_it_can_grow_and_shrink(aws, elasticache, shop):
    grown = elasticache.increase_replica_count(
        ReplicationGroupId="shop", NewReplicaCount=4, ApplyImmediately=True
    )["ReplicationGroup"]
    # AWS's recorded answer (its CLI's example): the new ones are named, and not yet described.
    assert grown["MemberClusters"] == [f"shop-00{number}" for number in range(1, 6)]
    assert len(grown["NodeGroups"][0]["NodeGroupMembers"]) == 3
    assert describe(aws, "shop")["MemberClusters"] == grown["MemberClusters"]
    shrunk = elasticache.decrease_replica_count(
        ReplicationGroupId="shop", ReplicasToRemove=["shop-004", "shop-005"], ApplyImmediately=True
    )["ReplicationGroup"]
    assert shrunk["MemberClusters"] == grown["MemberClusters"]
    assert describe(aws, "shop")["MemberClusters"] == ["shop-001", "shop-002", "shop-003"]
    assert "Cache cluster deleted" in messages(aws)


def test_events_of_a_creation_in_awss_order(aws, elasticache, shop):
    told = elasticache.describe_events(SourceType="replication-group", SourceIdentifier="shop")["Events"]
    assert [event["Message"] for event in told][-2:] == [  # newest first
        "Automatic failover has been turned on for replication group shop",
        "Replication group shop created",
    ]
    told = elasticache.describe_events(SourceType="cache-cluster", SourceIdentifier="shop-001")["Events"]
    assert [event["Message"] for event in told][::-1] == [
        "Cache cluster created",
        "Added cache node 0001 in availability zone us-east-1a",
    ]


# Changing a group.


def test_a_replica_is_promoted_by_hand_only_without_failover(aws, elasticache):
    group = make_group(aws, "by-hand", NumCacheClusters=2)
    client = connect(primary(group), retry=None)
    client.set("before", 1)
    elasticache.modify_replication_group(
        ReplicationGroupId="by-hand", PrimaryClusterId="by-hand-002", ApplyImmediately=True
    )
    assert roles(aws, "by-hand") == {"by-hand-001": "replica", "by-hand-002": "primary"}
    assert primary(describe(aws, "by-hand")) == primary(group)
    assert client.set("after", 2)  # it was disconnected, and came again to the new primary
    elasticache.modify_replication_group(ReplicationGroupId="by-hand", AutomaticFailoverEnabled=True)
    code, _ = refused(
        elasticache.modify_replication_group, ReplicationGroupId="by-hand", PrimaryClusterId="by-hand-001"
    )
    assert code == "InvalidParameterCombination"
    remove(aws, "by-hand")


def test_a_rebooted_primary_is_empty_and_nobody_fails_over(aws, elasticache):
    group = make_group(aws, "reboot", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    connect(primary(group)).set("a", 1)
    elasticache.reboot_cache_cluster(CacheClusterId="reboot-001", CacheNodeIdsToReboot=["0001"])
    assert roles(aws, "reboot")["reboot-001"] == "primary"
    assert connect(primary(group)).dbsize() == 0
    wait_until(lambda: all(row["keys"] == 0 for row in aws.topology("reboot")), "the replica's own loss")
    assert "Cache node 0001 restarted" in messages(aws)
    remove(aws, "reboot")


def test_what_is_not_applied_immediately_waits_for_the_maintenance_window(aws, elasticache):
    group = make_group(aws, "patient", NumCacheClusters=1)
    elasticache.modify_replication_group(ReplicationGroupId="patient", CacheNodeType="cache.t4g.small")
    assert describe(aws, "patient")["CacheNodeType"] == "cache.t4g.micro"
    [member] = elasticache.describe_cache_clusters(CacheClusterId="patient-001")["CacheClusters"]
    assert member["PendingModifiedValues"] == {"CacheNodeType": "cache.t4g.small"}
    aws.maintenance()
    assert describe(aws, "patient")["CacheNodeType"] == "cache.t4g.small"
    assert connect(primary(group)).info("memory")["maxmemory"] == 1471026299 * 3 // 4
    remove(aws, "patient")


def test_parameters_of_an_old_family_reach_the_engine_by_their_old_names(aws, elasticache):
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="old", CacheParameterGroupFamily="redis5.0", Description="ziplists"
    )
    change = {"CacheParameterGroupName": "old"}

    def change_to(name, value):
        elasticache.modify_cache_parameter_group(
            **change, ParameterNameValues=[{"ParameterName": name, "ParameterValue": value}]
        )

    change_to("hash-max-ziplist-entries", "7")
    change_to("client-query-buffer-limit", "2097152")
    change_to("activedefrag", "no")  # its default
    with pytest.raises(ClientError, match="NotImplemented.*activedefrag"):
        change_to("activedefrag", "yes")
    with pytest.raises(ClientError, match="InvalidParameterValue.*hash-max-listpack-entries"):
        change_to("hash-max-listpack-entries", "7")  # of a later family
    make_group(
        aws, "aged", NumCacheClusters=1, Engine="redis", EngineVersion="5.0.6", CacheParameterGroupName="old"
    )
    [node] = [node for node in aws._nodes() if node.id == "aged-001"]
    with node.admin() as admin:
        assert admin.config_get("hash-max-listpack-entries")["hash-max-listpack-entries"] == "7"
        assert admin.config_get("client-query-buffer-limit")["client-query-buffer-limit"] == "2097152"
    remove(aws, "aged")
    elasticache.delete_cache_parameter_group(**change)


def test_a_node_too_small_for_what_it_holds_is_refused_by_event(aws, elasticache):
    """AWS answers "modifying" and says afterwards that it did not do it (coverage-roadmap#2273)."""
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="tight", CacheParameterGroupFamily="valkey9", Description="98 % held back"
    )
    held_back = [{"ParameterName": "reserved-memory-percent", "ParameterValue": "98"}]
    elasticache.modify_cache_parameter_group(CacheParameterGroupName="tight", ParameterNameValues=held_back)
    group = make_group(
        aws, "full", NumCacheClusters=1, CacheNodeType="cache.t4g.small", CacheParameterGroupName="tight"
    )
    client = connect(primary(group))
    for number in range(13):
        client.set(f"a{number}", "x" * 1_000_000)
    change = {"ReplicationGroupId": "full", "ApplyImmediately": True}
    elasticache.modify_replication_group(**change, CacheNodeType="cache.t4g.micro")
    assert describe(aws, "full")["CacheNodeType"] == "cache.t4g.small"
    assert any("cache.t4g.micro because the node has insufficient memory" in text for text in messages(aws))
    client.flushall()
    elasticache.modify_replication_group(**change, CacheNodeType="cache.t4g.micro")
    assert describe(aws, "full")["CacheNodeType"] == "cache.t4g.micro"
    remove(aws, "full")


def test_whose_backups_there_are(aws, elasticache):
    make_group(aws, "saved", NumCacheClusters=1)
    elasticache.create_snapshot(SnapshotName="saved-1", ReplicationGroupId="saved")
    remove(aws, "saved")
    listed = elasticache.describe_snapshots(ReplicationGroupId="saved")["Snapshots"]
    assert [row["SnapshotName"] for row in listed] == ["saved-1"]  # though the group is gone
    elasticache.delete_snapshot(SnapshotName="saved-1")
    code, _ = refused(elasticache.describe_snapshots, ReplicationGroupId="saved")
    assert code == "ReplicationGroupNotFoundFault"
    assert refused(elasticache.describe_snapshots, CacheClusterId="nobody")[0] == "CacheClusterNotFound"
    both = {"ReplicationGroupId": "saved", "CacheClusterId": "nobody"}
    assert refused(elasticache.describe_snapshots, **both)[0] == "InvalidParameterCombination"


def test_a_node_comes_back_with_what_changed_meanwhile(aws, elasticache, monkeypatch):
    """While it is down, while it starts, and what waits for a start."""
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="later", CacheParameterGroupFamily="valkey9", Description="changed meanwhile"
    )

    def change(**values):
        rows = [
            {"ParameterName": name.replace("_", "-"), "ParameterValue": str(value)}
            for name, value in values.items()
        ]
        elasticache.modify_cache_parameter_group(CacheParameterGroupName="later", ParameterNameValues=rows)

    make_group(aws, "back", NumCacheClusters=1, CacheParameterGroupName="later")
    [node] = [node for node in aws._nodes() if node.id == "back-001"]
    change(databases=20)
    with node.admin() as admin:
        assert admin.config_get("databases") == {"databases": "16"}  # it requires a reboot
    bring_back, start = Shard.bring_back, ValkeyServer._wait_until_it_answers

    def down(shard, dead):
        if dead is node:
            change(maxmemory_policy="allkeys-lfu")
        bring_back(shard, dead)

    def starting(server, process):
        if server is node.server:
            change(maxmemory_samples=7)
        return start(server, process)

    monkeypatch.setattr(Shard, "bring_back", down)
    monkeypatch.setattr(ValkeyServer, "_wait_until_it_answers", starting)
    aws.fail_node(node.id)
    assert aws.settle()
    with node.admin() as admin:
        assert admin.config_get("maxmemory-policy", "maxmemory-samples", "databases") == {
            "maxmemory-policy": "allkeys-lfu",
            "maxmemory-samples": "7",
            "databases": "20",
        }
    remove(aws, "back")


def test_a_parameter_group_reaches_the_engine(aws, elasticache):
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="lfu", CacheParameterGroupFamily="valkey9", Description="evict the least used"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="lfu",
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lfu"}],
    )
    group = make_group(aws, "evicting", CacheParameterGroupName="lfu")
    client = connect(primary(group))
    assert client.info("memory")["maxmemory_policy"] == "allkeys-lfu"
    elasticache.modify_cache_parameter_group(  # and while it runs
        CacheParameterGroupName="lfu",
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}],
    )
    assert client.info("memory")["maxmemory_policy"] == "noeviction"
    elasticache.reset_cache_parameter_group(CacheParameterGroupName="lfu", ResetAllParameters=True)
    assert client.info("memory")["maxmemory_policy"] == "volatile-lru"
    code, _ = refused(elasticache.delete_cache_parameter_group, CacheParameterGroupName="lfu")
    assert code == "InvalidCacheParameterGroupState"
    remove(aws, "evicting")
    elasticache.delete_cache_parameter_group(CacheParameterGroupName="lfu")
    for call in (elasticache.delete_cache_parameter_group, elasticache.describe_cache_parameters):
        assert refused(call, CacheParameterGroupName="lfu")[0] == "CacheParameterGroupNotFound"
    code, _ = refused(elasticache.delete_cache_parameter_group, CacheParameterGroupName="default.valkey9")
    assert code == "InvalidCacheParameterGroupState"


# Encryption and authentication.


def test_tls_and_a_token_rotated_without_locking_anybody_out(aws, elasticache):
    group = make_group(
        aws, "vault", NumCacheClusters=2, AuthToken=TOKEN, TransitEncryptionEnabled=True,
        CacheSubnetGroupName="private",
    )  # fmt: skip
    assert (group["TransitEncryptionEnabled"], group["AuthTokenEnabled"]) == (True, True)
    assert aws.aws_address("vault").startswith("master.vault.")

    def enter(token, endpoint=None):
        return connect(endpoint or primary(group), ssl=True, password=token).ping()

    assert enter(TOKEN) and enter(TOKEN, reader(group))  # ssl=True and nothing more, as on AWS
    for member in group["NodeGroups"][0]["NodeGroupMembers"]:
        assert enter(TOKEN, member["ReadEndpoint"])
    with pytest.raises(redis.AuthenticationError):
        enter(None)
    with pytest.raises(redis.ConnectionError):
        connect(primary(group), password=TOKEN).ping()  # without TLS

    still_open = connect(primary(group), ssl=True, password=TOKEN)
    still_open.ping()
    fresh = "another-token-of-mine"
    change = {"ReplicationGroupId": "vault", "AuthToken": fresh, "ApplyImmediately": True}
    elasticache.modify_replication_group(**change, AuthTokenUpdateStrategy="ROTATE")
    assert enter(TOKEN) and enter(fresh)
    elasticache.modify_replication_group(**change, AuthTokenUpdateStrategy="SET")
    assert enter(fresh) and still_open.ping()
    with pytest.raises(redis.AuthenticationError):
        enter(TOKEN)
    aws.fail_node("vault-001")
    aws.settle()
    with pytest.raises(redis.AuthenticationError):
        enter(TOKEN)  # the promoted and the replaced node know the new token only
    assert enter(fresh)
    remove(aws, "vault")


def test_encryption_is_switched_on_in_two_steps(aws, elasticache):
    group = make_group(aws, "opening", NumCacheClusters=1)
    change = {"ReplicationGroupId": "opening", "ApplyImmediately": True}
    elasticache.modify_replication_group(
        **change, TransitEncryptionEnabled=True, TransitEncryptionMode="preferred"
    )
    both = primary(describe(aws, "opening"))
    assert both != primary(group)  # the address changes with encryption, as on AWS
    assert connect(both).ping() and connect(both, ssl=True).ping()
    elasticache.modify_replication_group(**change, TransitEncryptionMode="required")
    assert primary(describe(aws, "opening")) == both
    assert connect(both, ssl=True).ping()
    with pytest.raises(redis.ConnectionError):
        connect(both).ping()
    remove(aws, "opening")


def automatic(elasticache, name):
    """The automatic backups of a group, oldest first."""
    found = elasticache.describe_snapshots(ReplicationGroupId=name, SnapshotSource="system")["Snapshots"]
    return [snapshot["SnapshotName"] for snapshot in found]


def test_automatic_backups_are_made_kept_for_so_many_days_and_end_with_their_cache(aws, elasticache):
    group = make_group(aws, "daily", NumCacheClusters=2, SnapshotRetentionLimit=2)
    client = connect(primary(group))
    for day in range(3):
        client.set("day", day)
        client.wait(1, 10_000)
        aws.maintenance()
        if day == 0:
            [first] = automatic(elasticache, "daily")
    kept = automatic(elasticache, "daily")
    assert len(kept) == 2 and first not in kept
    assert all(re.fullmatch(r"automatic\.daily-\d{4}(-\d\d){4}", name) for name in kept)
    [latest] = elasticache.describe_snapshots(SnapshotName=kept[-1])["Snapshots"]
    assert (latest["SnapshotSource"], latest["SnapshotStatus"]) == ("automated", "available")
    assert latest["SnapshotRetentionLimit"] == 2 and latest["SnapshotWindow"] == "05:00-06:00"
    elasticache.copy_snapshot(SourceSnapshotName=kept[-1], TargetSnapshotName="kept-by-hand")
    again = make_group(aws, "restored", NumCacheClusters=1, SnapshotName=kept[-1])
    assert connect(primary(again)).get("day") == "2"
    remove(aws, "daily")
    names = {snapshot["SnapshotName"] for snapshot in elasticache.describe_snapshots()["Snapshots"]}
    assert "kept-by-hand" in names and not names & set(kept)
    elasticache.delete_snapshot(SnapshotName="kept-by-hand")
    aws.maintenance()
    assert automatic(elasticache, "restored") == []  # no retention, no backups: the default
    remove(aws, "restored")


def test_a_backup_window_that_begins_is_had(aws, elasticache):
    begin = aws.now() + timedelta(minutes=2)
    window = f"{begin:%H:%M}-{begin + timedelta(hours=1):%H:%M}"
    make_group(aws, "hourly", NumCacheClusters=1, SnapshotRetentionLimit=1, SnapshotWindow=window)
    aws.minute()
    assert automatic(elasticache, "hourly") == []
    aws.minute(2)
    assert automatic(elasticache, "hourly") == [f"automatic.hourly-{begin:%Y-%m-%d-%H-%M}"]
    aws.minute()
    assert len(automatic(elasticache, "hourly")) == 1  # once a day
    remove(aws, "hourly")


def test_serverless_caches_are_backed_up_too(aws, elasticache):
    elasticache.create_serverless_cache(ServerlessCacheName="auto", Engine="valkey", SnapshotRetentionLimit=1)
    for _ in range(2):
        aws.maintenance()
    [backup] = elasticache.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    assert (backup["SnapshotType"], backup["Status"]) == ("automated", "available")
    elasticache.delete_serverless_cache(ServerlessCacheName="auto")
    assert elasticache.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"] == []


def test_users_and_their_groups_are_acls(aws, elasticache):
    password = "sixteen-characters"
    elasticache.create_user(
        UserId="app", UserName="app", Engine="redis", AccessString="on ~app:* +@read +@write +@connection",
        Passwords=[password],
    )  # fmt: skip
    elasticache.create_user(
        UserId="nobody", UserName="default", Engine="redis", AccessString="off -@all", NoPasswordRequired=True
    )
    code, _ = refused(elasticache.create_user_group, UserGroupId="staff", Engine="redis", UserIds=["app"])
    assert code == "DefaultUserRequired"
    elasticache.create_user_group(UserGroupId="staff", Engine="redis", UserIds=["nobody", "app"])
    group = make_group(
        aws, "members", Engine="redis", UserGroupIds=["staff"], TransitEncryptionEnabled=True,
        CacheSubnetGroupName="private",
    )  # fmt: skip
    client = connect(primary(group), ssl=True, username="app", password=password)
    assert client.set("app:1", "x")
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.set("other", "x")
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.config_get("*")
    with pytest.raises(redis.RedisError):
        connect(primary(group), ssl=True).ping()  # nobody comes in without a name
    elasticache.modify_user(UserId="app", AccessString="on ~* +@read +@connection")
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.set("app:1", "y")
    assert refused(elasticache.delete_user_group, UserGroupId="staff")[0] == "InvalidUserGroupState"
    assert elasticache.describe_user_groups(UserGroupId="staff")["UserGroups"][0]["ReplicationGroups"] == [
        "members"
    ]
    elasticache.modify_user_group(UserGroupId="staff", UserIdsToRemove=["app"])
    with pytest.raises(redis.AuthenticationError):
        connect(primary(group), ssl=True, username="app", password=password).ping()
    remove(aws, "members")
    elasticache.delete_user_group(UserGroupId="staff")
    elasticache.delete_user(UserId="app")
    assert refused(elasticache.describe_users, UserId="app")[0] == "UserNotFound"


# Backups.


def test_a_snapshot_restores_into_a_new_group(aws, elasticache):
    group = make_group(aws, "origin", NumCacheClusters=2)
    connect(primary(group)).mset({f"k{i}": i for i in range(100)})
    wait_until(lambda: aws.topology("origin")[1]["keys"] == 100, "replication")
    elasticache.create_snapshot(ReplicationGroupId="origin", SnapshotName="Nightly")
    [snapshot] = elasticache.describe_snapshots(ReplicationGroupId="origin")["Snapshots"]
    assert (snapshot["SnapshotName"], snapshot["SnapshotStatus"]) == ("nightly", "available")
    assert snapshot["NodeSnapshots"][0]["CacheClusterId"] == "origin-002"  # a replica, to spare the primary
    assert refused(elasticache.create_snapshot, ReplicationGroupId="origin", SnapshotName="nightly")[0] == (
        "SnapshotAlreadyExistsFault"
    )
    elasticache.copy_snapshot(SourceSnapshotName="nightly", TargetSnapshotName="kept")
    elasticache.delete_snapshot(SnapshotName="nightly")
    remove(aws, "origin")
    copy = make_group(aws, "copy", SnapshotName="kept", NumCacheClusters=2)
    assert connect(primary(copy)).get("k42") == "42"
    assert all(row["keys"] == 100 for row in aws.topology("copy"))
    elasticache.delete_replication_group(ReplicationGroupId="copy", FinalSnapshotIdentifier="last")
    assert [row.id for row in aws.still_billing() if "backup" in row.what] == ["kept", "last"]
    for name in ("kept", "last"):
        elasticache.delete_snapshot(SnapshotName=name)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_backup_of_a_dead_node_fails_and_what_was_to_be_saved_by_it_stays(aws, elasticache):
    make_group(aws, "unlucky", NumCacheClusters=1)
    aws.provisioning_time = 600  # nobody comes to replace it
    try:
        aws.fail_node("unlucky-001")
        elasticache.delete_replication_group(
            ReplicationGroupId="unlucky", FinalSnapshotIdentifier="last-words"
        )
        wait_until(lambda: describe(aws, "unlucky")["Status"] == "available", "the end of the attempt")
        elasticache.create_snapshot(ReplicationGroupId="unlucky", SnapshotName="no-words")
    finally:
        aws.provisioning_time = 0
    assert aws.settle(60)
    for name in ("last-words", "no-words"):
        [snapshot] = elasticache.describe_snapshots(SnapshotName=name)["Snapshots"]
        assert snapshot["SnapshotStatus"] == "failed"
        assert f"Snapshot failed for snapshot with ID '{name}' of cache cluster with ID 'unlucky'" in (
            messages(aws)
        )
        elasticache.delete_snapshot(SnapshotName=name)
    assert connect(primary(describe(aws, "unlucky"))).ping()
    remove(aws, "unlucky")


@pytest.mark.parametrize(
    "request_",
    [
        ("delete_replication_group", {"ReplicationGroupId": "shop", "FinalSnapshotIdentifier": "../last"}),
        ("delete_cache_cluster", {"CacheClusterId": "shop-003", "FinalSnapshotIdentifier": "last/one"}),
        ("delete_serverless_cache", {"ServerlessCacheName": "sky", "FinalSnapshotName": "last_one"}),
        (
            "copy_serverless_cache_snapshot",
            {
                "SourceServerlessCacheSnapshotName": "one",
                "TargetServerlessCacheSnapshotName": "two/three",
            },
        ),
    ],
    ids=lambda request_: request_[0],
)
def test_each_name_of_a_backup_is_an_identifier(elasticache, shop, request_):
    call, given = request_
    code, message = refused(getattr(elasticache, call), **given)
    assert (code, "is not a valid identifier" in message) == ("InvalidParameterValue", True)


def test_a_snapshot_that_takes_a_while_is_whole(aws, elasticache):
    """Saving this much takes longer than asking for it; the file must be read when it is finished."""
    group = make_group(aws, "large", NumCacheClusters=1)
    client = connect(primary(group))
    for round_ in range(2):  # the second finds the file of the first
        client.mset({f"k{round_}:{i}": "x" * 300 for i in range(30_000)})
        elasticache.create_snapshot(ReplicationGroupId="large", SnapshotName=f"whole-{round_}")
        copy = make_group(aws, f"copy-{round_}", SnapshotName=f"whole-{round_}")
        assert connect(primary(copy)).dbsize() == 30_000 * (round_ + 1)
        remove(aws, f"copy-{round_}")
        elasticache.delete_snapshot(SnapshotName=f"whole-{round_}")
    remove(aws, "large")


# Time.


def test_statuses_take_their_time_and_waiters_wait(aws, elasticache):
    aws.provisioning_time = 1.0
    try:
        began = time.monotonic()
        created = elasticache.create_replication_group(
            ReplicationGroupId="slow", ReplicationGroupDescription="d", Engine="valkey", NumCacheClusters=2,
            AutomaticFailoverEnabled=True,
        )["ReplicationGroup"]  # fmt: skip
        assert (created["Status"], created["AutomaticFailover"]) == ("creating", "enabling")
        assert "NodeGroups" not in created  # nothing to connect to yet
        code, _ = refused(
            elasticache.modify_replication_group, ReplicationGroupId="slow", MultiAZEnabled=True
        )
        assert code == "InvalidReplicationGroupState"
        elasticache.get_waiter("replication_group_available").wait(ReplicationGroupId="slow")
        assert time.monotonic() - began >= 1.0
        group = describe(aws, "slow")
        assert connect(primary(group)).ping() and group["AutomaticFailover"] == "enabled"
        elasticache.get_waiter("cache_cluster_available").wait(CacheClusterId="slow-002")
        deleted = elasticache.delete_replication_group(ReplicationGroupId="slow")
        assert deleted["ReplicationGroup"]["Status"] == "deleting"
        elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId="slow")
        elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId="slow-001")
    finally:
        aws.provisioning_time = 0
    again = make_group(aws, "slow")  # the id is free again
    assert again["Status"] == "available"
    remove(aws, "slow")


def test_an_order_that_is_refused_uses_up_the_failure_it_was_to_have(aws, elasticache):
    aws.fail_next_create("no room")
    order = {"ReplicationGroupId": "a--b", "ReplicationGroupDescription": "d"}
    code, _ = refused(elasticache.create_replication_group, **order)
    assert code == "InvalidParameterValue"
    assert make_group(aws, "after")["Status"] == "available"
    remove(aws, "after")


def test_a_creation_that_fails_says_so(aws, elasticache):
    aws.fail_next_create("no room in us-east-1a")
    elasticache.create_replication_group(ReplicationGroupId="doomed", ReplicationGroupDescription="d")
    assert describe(aws, "doomed")["Status"] == "create-failed"
    assert "Failed to create replication group doomed: no room in us-east-1a" in messages(aws)
    assert not [row for row in aws.still_billing() if row.id == "doomed"]
    for keep in ({"FinalSnapshotIdentifier": "of-nothing"}, {"RetainPrimaryCluster": True}):
        code, message = refused(elasticache.delete_replication_group, ReplicationGroupId="doomed", **keep)
        assert code == "InvalidReplicationGroupState" and "nothing in it to keep" in message
    remove(aws, "doomed")
    assert refused(elasticache.describe_replication_groups, ReplicationGroupId="doomed") == (
        "ReplicationGroupNotFoundFault",
        "ReplicationGroup doomed not found.",
    )


def test_a_primary_is_retained_and_becomes_a_primary_again(aws, elasticache):
    group = make_group(aws, "family", NumCacheClusters=2)
    connect(primary(group)).set("kept", "yes")
    elasticache.delete_replication_group(ReplicationGroupId="family", RetainPrimaryCluster=True)
    [alone] = elasticache.describe_cache_clusters(CacheClusterId="family-001", ShowCacheNodeInfo=True)[
        "CacheClusters"
    ]
    assert "ReplicationGroupId" not in alone
    assert connect(alone["CacheNodes"][0]["Endpoint"]).get("kept") == "yes"
    elasticache.create_replication_group(
        ReplicationGroupId="again", ReplicationGroupDescription="d", PrimaryClusterId="family-001"
    )
    elasticache.create_cache_cluster(CacheClusterId="second", ReplicationGroupId="again")
    group = describe(aws, "again")
    assert group["MemberClusters"] == ["family-001", "second"]
    assert connect(primary(group)).get("kept") == "yes"
    elasticache.delete_cache_cluster(CacheClusterId="second")
    assert describe(aws, "again")["MemberClusters"] == ["family-001"]
    remove(aws, "again")


def test_no_member_takes_a_name_that_a_cluster_has(aws, elasticache):
    """Two clusters of one name: the account forgot one of them, and its server went on for good."""
    for name in ("aunts-003", "aunts-0002-001", "aunts-0003-001"):
        elasticache.create_cache_cluster(
            CacheClusterId=name, Engine="redis", CacheNodeType="cache.t4g.micro", NumCacheNodes=1
        )
    make_group(aws, "aunts", NumCacheClusters=1)
    elasticache.delete_replication_group(ReplicationGroupId="aunts", RetainPrimaryCluster=True)
    assert make_group(aws, "aunts", NumCacheClusters=1)["MemberClusters"] == ["aunts-002"]
    elasticache.increase_replica_count(ReplicationGroupId="aunts", NewReplicaCount=1, ApplyImmediately=True)
    assert describe(aws, "aunts")["MemberClusters"] == ["aunts-002", "aunts-004"]
    elasticache.delete_replication_group(ReplicationGroupId="aunts", RetainPrimaryCluster=True)
    make_group(aws, "aunts", NumNodeGroups=2, ReplicasPerNodeGroup=0, AutomaticFailoverEnabled=True)
    elasticache.modify_replication_group_shard_configuration(
        ReplicationGroupId="aunts", NodeGroupCount=3, ApplyImmediately=True
    )
    members = ["aunts-0001-001", "aunts-0002-002", "aunts-0003-002"]
    assert describe(aws, "aunts")["MemberClusters"] == members
    there = [row["CacheClusterId"] for row in elasticache.describe_cache_clusters()["CacheClusters"]]
    assert len(there) == len(set(there)) and {"aunts-001", "aunts-002"} <= set(there)
    remove(aws, "aunts")


def test_who_is_logged_in_stays_in_until_the_user_leaves_the_group(aws, elasticache):
    """What lesson 09 says of passwords, rights, `off`, MONITOR, SUBSCRIBE and user groups."""
    rights = "on ~shop:* &news +get +set +monitor +subscribe +publish"
    user = {"Engine": "valkey", "AccessString": rights, "Passwords": ["the-old-password"]}
    for name in ("till", "clerk"):
        elasticache.create_user(UserId=name, UserName=name, **user)
    elasticache.create_user_group(UserGroupId="tills", Engine="valkey", UserIds=["till", "clerk"])
    secure = {"TransitEncryptionEnabled": True, "CacheSubnetGroupName": "private"}
    endpoint = primary(make_group(aws, "accounts", UserGroupIds=["tills"], **secure))

    def log_in(name="till"):
        return connect(endpoint, ssl=True, username=name, password="the-old-password")

    inside = log_in()
    inside.set("shop:1", "lamp")
    watching = log_in().monitor().__enter__()
    listening = log_in().pubsub()
    listening.subscribe("news")
    assert listening.parse_response()[0] == "subscribe"
    elasticache.modify_user(UserId="till", Passwords=["the-new-password"])
    with pytest.raises(redis.AuthenticationError):
        log_in().get("shop:1")
    assert inside.get("shop:1") == "lamp"
    elasticache.modify_user(UserId="till", AccessString="off ~shop:* &news +get")
    assert inside.get("shop:1") == "lamp"
    elasticache.modify_user(UserId="till", AccessString="on ~shop:* &news -@all")
    with pytest.raises(redis.exceptions.NoPermissionError):
        inside.get("shop:1")
    clerk = log_in("clerk")
    assert clerk.publish("news", "a chair") == 1
    assert listening.parse_response() == ["message", "news", "a chair"]
    elasticache.modify_user(UserId="till", AccessString="on ~shop:* -@all")
    assert clerk.publish("news", "sold") == 0
    clerk.set("shop:1", "chair")
    while watching.next_command()["command"] != "SET shop:1 chair":  # it sends nothing, and still hears
        pass
    elasticache.modify_user_group(UserGroupId="tills", UserIdsToRemove=["till"])
    with pytest.raises(redis.ConnectionError):  # the connection is closed, and a new one is refused
        inside.get("shop:1")
    with pytest.raises(redis.ConnectionError):
        while watching.next_command():
            pass
    remove(aws, "accounts")
