"""Nodes die, zones go down, replicas fall behind: what is promoted, what is lost, what clients notice."""

import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest
import redis
import valkey
import valkey.backoff
import valkey.retry

from cachelab import cloud
from cachelab.cloud.plane import fleet
from cachelab.cloud.plane.node import Node
from tests.oracle.cloud_drills import (
    TOKEN,
    Traffic,
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


@pytest.fixture
def elasticache(aws):
    return aws.client("elasticache")


@pytest.fixture
def group(aws, request):
    """A primary and two replicas in three zones, gone after the test."""
    name = f"g{abs(hash(request.node.name)) % 10**8}"
    make_group(aws, name, NumCacheClusters=3, AutomaticFailoverEnabled=True, MultiAZEnabled=True)
    yield name
    aws.settle()
    remove(aws, name)


def answers(address) -> bool:
    try:
        return connect(address).ping()
    except redis.ConnectionError:
        return False


def test_the_most_current_replica_takes_over_at_the_same_address(aws, group):
    address = primary(describe(aws, group))
    writer = connect(address)
    writer.set("before", 1)
    wait_until(lambda: all(row["keys"] == 1 for row in aws.topology(group)), "replication")
    aws.partition_replica(f"{group}-002")
    writer.set("during", 1)
    wait_until(lambda: {row["keys"] for row in aws.topology(group)} == {1, 2}, "one replica falls behind")
    behind = next(row for row in aws.topology(group) if row["id"] == f"{group}-002")
    assert behind["link"] == "cut off" and behind["lag"] > 0

    aws.fail_node(f"{group}-001")
    wait_until(lambda: roles(aws, group)[f"{group}-003"] == "primary", "failover")
    assert primary(describe(aws, group)) == address
    wait_until(lambda: answers(address), "the endpoint's move to the new primary")
    assert connect(address).mget("before", "during") == ["1", "1"]  # nothing was lost
    assert connect(address).set("after", 1)
    aws.heal_replica(f"{group}-002")
    aws.settle()
    wait_until(lambda: all(row["keys"] == 3 for row in aws.topology(group)), "everybody has everything")
    assert all(row["live"] for row in aws.topology(group))


def test_awss_events_in_awss_order(aws, elasticache, group):
    start = len(aws.events())
    elasticache.test_failover(ReplicationGroupId=group, NodeGroupId="0001")
    aws.settle()
    told = [(event.source_type, event.message) for event in aws.events()[start:]]
    old = f"{group}-001"
    new = next(name for name, role in roles(aws, group).items() if role == "primary")
    assert told == [
        ("replication-group", "Test Failover API called for node group 0001"),
        ("cache-cluster", f"Failover from primary node {old} to replica node {new} completed"),
        ("replication-group", f"Failover from primary node {old} to replica node {new} completed"),
        ("cache-cluster", "Recovering cache nodes 0001"),
        ("cache-cluster", "Finished recovery for cache nodes 0001"),
    ]
    assert roles(aws, group)[old] == "replica"


def test_a_primary_that_hangs_fails_over_as_a_dead_one_does(aws, group, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1.0)
    address, start = primary(describe(aws, group)), len(aws.events())
    connect(address).set("before", 1)
    wait_until(lambda: all(row["keys"] == 1 for row in aws.topology(group)), "replication")
    old = f"{group}-001"
    [pid] = [row["pid"] for row in aws.topology(group) if row["id"] == old]
    aws.freeze_node(old)
    with pytest.raises(redis.TimeoutError):
        connect(address, socket_timeout=0.2).get("before")
    wait_until(lambda: roles(aws, group)[old] == "replica", "failover")
    aws.settle()
    new = next(name for name, role in roles(aws, group).items() if role == "primary")
    assert connect(address).get("before") == "1" and connect(address).set("after", 1)
    assert [(event.source, event.message) for event in aws.events()[start:]] == [
        (new, f"Failover from primary node {old} to replica node {new} completed"),
        (group, f"Failover from primary node {old} to replica node {new} completed"),
        (old, "Recovering cache nodes 0001"),
        (old, "Finished recovery for cache nodes 0001"),
    ]
    with pytest.raises(ProcessLookupError):  # the old primary cannot wake up and take writes
        os.kill(pid, 0)


def test_a_node_that_is_busy_with_a_script_is_left_alone(aws, group, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1.0)
    address, start = primary(describe(aws, group)), len(aws.events())
    connect(address).set("a", 1)
    node = aws._node(f"{group}-001")
    node.configure({"busy-reply-threshold": "100"})
    script = connect(address, socket_timeout=30)
    loop = "while 1 do end"
    endless = threading.Thread(target=pytest.raises, args=(redis.RedisError, script.eval, loop, 0))
    endless.start()
    wait_until(lambda: not answers_plainly(address), "BUSY")
    time.sleep(3 * fleet.SILENCE)
    with node.admin() as admin:
        admin.script_kill()
    endless.join()
    assert connect(address).get("a") == "1"
    assert aws.events()[start:] == []


def answers_plainly(address) -> bool:
    try:
        return connect(address).ping()
    except redis.ResponseError as error:
        assert "BUSY" in str(error)
        return False


def test_a_replica_that_is_slow_to_answer_takes_over_all_the_same(aws, monkeypatch):
    """As on a busy machine: the group would have had no primary but the old one, come back empty."""
    made = make_group(aws, "slow", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    connect(primary(made)).set("order:1", "paid")
    wait_until(lambda: aws.topology("slow")[1]["keys"] == 1, "replication")
    [replica] = [row["pid"] for row in aws.topology("slow") if row["id"] == "slow-002"]
    asked, vitals = [], Node.vitals

    def slow(node):
        found = vitals(node)
        if node.id == "slow-002" and found is None:
            asked.append(node)
            os.kill(replica, signal.SIGCONT)
        return found

    monkeypatch.setattr(Node, "vitals", slow)
    os.kill(replica, signal.SIGSTOP)
    aws.fail_node("slow-001")
    wait_until(lambda: asked, "a look at the replica")
    aws.settle()
    assert roles(aws, "slow") == {"slow-001": "replica", "slow-002": "primary"}
    assert connect(primary(made)).get("order:1") == "paid"
    remove(aws, "slow")


def test_asynchronous_replication_loses_the_last_writes(aws, elasticache):
    """Acknowledged is not replicated: what the only replica never heard of is gone for good."""
    made = make_group(aws, "lossy", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    writer = connect(primary(made))
    writer.set("old", "kept")
    wait_until(lambda: aws.topology("lossy")[1]["keys"] == 1, "replication")
    aws.partition_replica("lossy-002")
    assert writer.set("new", "acknowledged") is True
    aws.fail_node("lossy-001")
    wait_until(lambda: roles(aws, "lossy")["lossy-002"] == "primary", "failover")
    survivor = connect(primary(made))
    assert survivor.mget("old", "new") == ["kept", None]
    aws.settle()
    assert connect(reader(made)).mget("old", "new") == ["kept", None]
    remove(aws, "lossy")


def test_a_zone_that_is_down_gets_no_replacements(aws, group):
    died = aws.fail_zone("us-east-1a")
    assert died == [f"{group}-001"]
    wait_until(lambda: roles(aws, group)[f"{group}-001"] == "replica", "failover")
    assert aws.settle()  # whoever waits for things to settle does not wait for a zone
    time.sleep(0.3)
    assert [row["live"] for row in aws.topology(group)] == [False, True, True]
    connect(primary(describe(aws, group))).set("a", 1)
    aws.restore_zone("us-east-1a")
    assert aws.settle()
    assert all(row["live"] for row in aws.topology(group))
    wait_until(lambda: all(row["keys"] == 1 for row in aws.topology(group)), "replacement")
    with pytest.raises(cloud.AccountError, match="mars"):
        aws.fail_zone("mars-1a")


def test_when_every_node_dies_the_data_is_gone(aws, group):
    address = primary(describe(aws, group))
    connect(address).set("a", 1)
    for number in ("001", "002", "003"):
        aws.fail_node(f"{group}-{number}")
    aws.settle()
    wait_until(lambda: all(row["live"] and row["keys"] == 0 for row in aws.topology(group)), "a cold start")
    assert connect(address).get("a") is None


def test_without_automatic_failover_writes_wait_for_the_replacement(aws):
    made = make_group(aws, "patient", NumCacheClusters=2)
    connect(primary(made)).set("a", 1)
    wait_until(lambda: aws.topology("patient")[1]["keys"] == 1, "replication")
    aws.provisioning_time = 600
    try:
        aws.fail_node("patient-001")
        with pytest.raises(redis.ConnectionError):
            connect(primary(made)).set("b", 1)
        assert connect(reader(made)).get("a") == "1"  # reads go on
    finally:
        aws.provisioning_time = 0  # also for what is under way: now the replacement comes
    aws.settle()
    assert roles(aws, "patient")["patient-001"] == "primary"
    assert connect(primary(made)).get("a") == "1"  # copied back from the replica
    remove(aws, "patient")


def test_a_dead_replica_leaves_the_reader_endpoint_and_returns(aws, group):
    aws.fail_node(f"{group}-003")
    made = describe(aws, group)

    def nobody_is_refused():
        try:
            return all(connect(reader(made)).ping() for _ in range(4))
        except redis.ConnectionError:
            return False

    wait_until(nobody_is_refused, "the reader endpoint")
    aws.settle()
    assert roles(aws, group)[f"{group}-001"] == "primary"  # no failover for a replica
    assert all(row["live"] for row in aws.topology(group))


def test_failover_cannot_be_tested_where_there_is_none(aws, elasticache):
    from botocore.exceptions import ClientError

    make_group(aws, "single")
    for request, code in [
        ({"ReplicationGroupId": "single", "NodeGroupId": "0001"}, "InvalidReplicationGroupState"),
        ({"ReplicationGroupId": "nobody", "NodeGroupId": "0001"}, "ReplicationGroupNotFoundFault"),
    ]:
        with pytest.raises(ClientError) as caught:
            elasticache.test_failover(**request)
        assert caught.value.response["Error"]["Code"] == code
    remove(aws, "single")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("nobody-001", "nobody-001"), ("g-is-not-here", "Nodes:")],
)
def test_a_drill_on_something_that_is_not_there(aws, group, name, problem):
    with pytest.raises(cloud.AccountError, match=problem):
        aws.fail_node(name)
    with pytest.raises(cloud.AccountError, match="not a replica"):
        aws.partition_replica(f"{group}-001")


# Under load, with each of the clients an application might use.


def glide(endpoint, tls):
    from glide_sync import GlideClient, GlideClientConfiguration, NodeAddress

    config = GlideClientConfiguration(
        [NodeAddress(endpoint["Address"], endpoint["Port"])], request_timeout=2000, use_tls=tls
    )
    client = GlideClient.create(config)
    return lambda number: client.set("n", str(number)), client.close


def redis_py(endpoint, tls):
    client = connect(endpoint, ssl=tls)
    return lambda number: client.set("n", number), client.close


def valkey_py(endpoint, tls):
    client = valkey.Valkey(endpoint["Address"], endpoint["Port"], ssl=tls, socket_timeout=2)
    return lambda number: client.set("n", number), client.close


@pytest.mark.parametrize("library", [redis_py, valkey_py, glide], ids=["redis-py", "valkey-py", "glide"])
def test_writes_resume_at_the_same_endpoint(aws, library):
    """One client object, never told of anything, writes before and after its primary is killed."""
    made = make_group(aws, "busy", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    write, close = library(primary(made), False)
    with Traffic(write) as traffic:
        [shard] = aws._region().group("busy").shards
        with shard.lock:  # nobody takes over before the client has seen an outage
            aws.fail_node("busy-001")
            # GLIDE looks for two seconds before it says so.
            wait_until(lambda: traffic.failures or library is glide, "an outage")
        wait_until(lambda: roles(aws, "busy")["busy-002"] == "primary", "failover")
        promoted = traffic.confirmed
        wait_until(lambda: traffic.confirmed > promoted + 100, "writes after the failover")
    assert int(connect(primary(made)).get("n")) >= traffic.confirmed - 1
    aws.settle()
    close()
    remove(aws, "busy")


def test_reads_go_on_at_the_reader_endpoint_throughout(aws, group):
    made = describe(aws, group)
    connect(primary(made)).set("n", 0)
    wait_until(lambda: all(row["keys"] == 1 for row in aws.topology(group)), "replication")
    client = connect(reader(made))
    with Traffic(lambda number: client.get("n")) as reads:
        aws.fail_node(f"{group}-001")
        wait_until(lambda: roles(aws, group)[f"{group}-001"] == "replica", "failover")
        aws.settle()
        seen = reads.confirmed
        wait_until(lambda: reads.confirmed > seen + 50, "reads")


# Cluster mode.


@pytest.fixture(scope="module")
def sharded(aws):
    """Three shards with a replica each, behind TLS and a token."""
    return make_group(
        aws, "sharded", NumNodeGroups=3, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True,
        TransitEncryptionEnabled=True, AuthToken=TOKEN, CacheSubnetGroupName="private",
    )  # fmt: skip


def cluster_client(group):
    endpoint = group["ConfigurationEndpoint"]
    return redis.RedisCluster(
        host=endpoint["Address"], port=endpoint["Port"], ssl=True, password=TOKEN, decode_responses=True
    )


def test_a_real_cluster(aws, sharded):
    assert sharded["ClusterEnabled"] is True
    assert [shard["Slots"] for shard in sharded["NodeGroups"]] == ["0-5460", "5461-10922", "10923-16383"]
    assert "PrimaryEndpoint" not in sharded["NodeGroups"][0]
    assert aws.aws_address("sharded").startswith("clustercfg.sharded.")
    client = cluster_client(sharded)
    for number in range(100):
        client.set(f"k{number}", number)
    kept = [row["keys"] for row in aws.topology("sharded") if row["role"] == "primary"]
    assert sum(kept) == 100 and all(count > 10 for count in kept)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command("CLUSTER RESET", target_nodes=client.get_primaries()[0])


def test_node_groups_have_the_ids_slots_and_replicas_that_were_asked_for(aws):
    group = make_group(
        aws, "own", ClusterMode="enabled", AutomaticFailoverEnabled=True, ReplicasPerNodeGroup=0,
        NodeGroupConfiguration=[
            {"NodeGroupId": "0007", "Slots": "100-16383"},
            {"NodeGroupId": "0003", "Slots": "0-99", "ReplicaCount": 1},
        ],
    )  # fmt: skip
    assert [(shard["NodeGroupId"], shard["Slots"]) for shard in group["NodeGroups"]] == [
        ("0003", "0-99"), ("0007", "100-16383"),
    ]  # fmt: skip
    assert group["MemberClusters"] == ["own-0003-001", "own-0003-002", "own-0007-001"]
    endpoint = group["ConfigurationEndpoint"]
    client = redis.RedisCluster(host=endpoint["Address"], port=endpoint["Port"], decode_responses=True)
    assert all(client.set(f"k{number}", number) for number in range(50))
    aws.client("elasticache").create_snapshot(ReplicationGroupId="own", SnapshotName="own-backup")
    remove(aws, "own")
    again = make_group(
        aws, "again", ClusterMode="enabled", AutomaticFailoverEnabled=True, SnapshotName="own-backup"
    )
    endpoint = again["ConfigurationEndpoint"]
    client = redis.RedisCluster(host=endpoint["Address"], port=endpoint["Port"], decode_responses=True)
    assert all(client.get(f"k{number}") == str(number) for number in range(50))
    remove(aws, "again")


def test_a_repair_under_way_while_its_cache_is_deleted_opens_no_door(aws, monkeypatch):
    make_group(aws, "brief", ClusterMode="enabled", AutomaticFailoverEnabled=True, ReplicasPerNodeGroup=0)
    group = aws._region().group("brief")
    found = [SimpleNamespace(alive=True, address=node.address) for node in group.nodes]
    monkeypatch.setattr(type(group), "nodes", property(lambda group: group.close() or found))
    group.point_door()
    monkeypatch.undo()
    assert group.door is None
    remove(aws, "brief")


def test_a_shard_fails_over_and_cluster_clients_follow(aws, sharded):
    client = cluster_client(sharded)
    client.set("before", 1)
    aws.client("elasticache").test_failover(ReplicationGroupId="sharded", NodeGroupId="0002")
    aws.settle()
    wait_until(lambda: all(row["live"] and row["link"] == "up" for row in aws.topology("sharded")), "repair")
    assert roles(aws, "sharded")["sharded-0002-002"] == "primary"
    fresh = cluster_client(sharded)
    for number in range(100):
        assert fresh.set(f"k{number}", number + 1)
    assert client.get("before") == "1"


def test_a_shard_whose_primary_hangs_fails_over(aws, sharded, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1.0)
    client = cluster_client(sharded)
    client.set("before", 2)
    old = next(row["id"] for row in aws.topology("sharded") if row["role"] == "primary")
    aws.freeze_node(old)
    wait_until(lambda: roles(aws, "sharded")[old] == "replica", "failover")
    aws.settle()
    wait_until(lambda: all(row["live"] and row["link"] == "up" for row in aws.topology("sharded")), "repair")
    fresh = cluster_client(sharded)
    assert fresh.get("before") == "2" and all(fresh.set(f"k{number}", number) for number in range(100))


def test_shards_are_added_and_removed_under_load(aws, sharded):
    client = cluster_client(sharded)
    for number in range(100):
        client.set(f"r{number}", number)
    change = {"ReplicationGroupId": "sharded", "ApplyImmediately": True}
    elasticache = aws.client("elasticache")
    elasticache.modify_replication_group_shard_configuration(**change, NodeGroupCount=4)
    assert [shard["NodeGroupId"] for shard in describe(aws, "sharded")["NodeGroups"]] == [
        "0001", "0002", "0003", "0004",
    ]  # fmt: skip
    assert [client.get(f"r{number}") for number in range(100)] == [str(number) for number in range(100)]
    elasticache.modify_replication_group_shard_configuration(
        **change, NodeGroupCount=2, NodeGroupsToRemove=["0001", "0003"]
    )
    shards = describe(aws, "sharded")["NodeGroups"]
    assert [(shard["NodeGroupId"], shard["Slots"]) for shard in shards] == [
        ("0002", "0-8191"),
        ("0004", "8192-16383"),
    ]
    fresh = cluster_client(sharded)
    assert [fresh.get(f"r{number}") for number in range(100)] == [str(number) for number in range(100)]


def test_a_cluster_is_backed_up_and_restored_shard_by_shard(aws, sharded):
    client = cluster_client(sharded)
    client.set("kept", "yes")
    elasticache = aws.client("elasticache")
    aws.settle()
    elasticache.create_snapshot(ReplicationGroupId="sharded", SnapshotName="all-shards")
    shards = len(describe(aws, "sharded")["NodeGroups"])
    [snapshot] = elasticache.describe_snapshots(SnapshotName="all-shards")["Snapshots"]
    assert len(snapshot["NodeSnapshots"]) == shards
    make_group(
        aws, "restored", SnapshotName="all-shards", ReplicasPerNodeGroup=0, AutomaticFailoverEnabled=True
    )
    endpoint = describe(aws, "restored")["ConfigurationEndpoint"]
    assert (
        redis.RedisCluster(host=endpoint["Address"], port=endpoint["Port"], decode_responses=True).get("kept")
        == "yes"
    )
    assert "Snapshot succeeded" in " ".join(messages(aws))
    remove(aws, "restored")
