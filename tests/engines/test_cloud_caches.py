"""Caches that are not replication groups: memcached with auto discovery, serverless, single nodes."""

import contextlib
import os
import signal
import socket
import ssl

import pymemcache
import pytest
import redis
from botocore.exceptions import ClientError
from pymemcache.client.hash import HashClient

from cachelab import cloud
from cachelab.cloud.plane import fleet
from cachelab.engines.ports import free_port
from tests.oracle.cloud_drills import (
    connect,
    make_group,
    make_subnet_group,
    messages,
    primary,
    remove,
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


def cluster(elasticache, name):
    return elasticache.describe_cache_clusters(CacheClusterId=name, ShowCacheNodeInfo=True)["CacheClusters"][
        0
    ]


def discover(endpoint, context=None):
    """What an auto-discovery client does: ask the configuration endpoint who is there."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection((endpoint["Address"], endpoint["Port"]), 5))
        if context:
            connection = stack.enter_context(
                context.wrap_socket(connection, server_hostname=endpoint["Address"])
            )
        connection.sendall(b"config get cluster\r\n")
        answer = b""
        while not answer.endswith(b"END\r\n"):
            answer += connection.recv(4096)
    head, version, nodes, *_ = answer.split(b"\n")
    assert head.startswith(b"CONFIG cluster 0 ")
    assert int(head.split()[3]) == len(version) + len(nodes) + 2
    return int(version), [tuple(node.decode().split("|")) for node in nodes.split()]


# Memcached.


@pytest.fixture(scope="module")
def pool(elasticache):
    elasticache.create_cache_cluster(
        CacheClusterId="Pool", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=3,
        AZMode="cross-az",
    )  # fmt: skip
    return cluster(elasticache, "pool")


def test_memcached_nodes_and_where_to_ask_for_them(aws, pool):
    assert (pool["CacheClusterStatus"], pool["NumCacheNodes"], pool["Engine"]) == (
        "available",
        3,
        "memcached",
    )
    assert [node["CacheNodeId"] for node in pool["CacheNodes"]] == ["0001", "0002", "0003"]
    assert len({node["CustomerAvailabilityZone"] for node in pool["CacheNodes"]}) == 3
    assert pool["PreferredAvailabilityZone"] == "Multiple"
    version, nodes = discover(pool["ConfigurationEndpoint"])
    assert version == 1
    assert [int(port) for _, _, port in nodes] == [node["Endpoint"]["Port"] for node in pool["CacheNodes"]]
    assert aws.aws_address("pool").endswith(".cfg.use1.cache.amazonaws.com")


def test_keys_are_spread_by_the_client(pool):
    _, nodes = discover(pool["ConfigurationEndpoint"])
    client = HashClient([(ip, int(port)) for _, ip, port in nodes], default_noreply=False)
    for number in range(60):
        client.set(f"k{number}", str(number))
    kept = []
    for _, ip, port in nodes:
        stats = pymemcache.Client((ip, int(port))).stats()
        kept.append(stats[b"curr_items"])
        assert stats[b"limit_maxbytes"] == 412 * 2**20  # 512 MB less what connections need
    assert sum(kept) == 60 and all(kept)


def test_the_configuration_endpoint_passes_other_commands_on(pool):
    endpoint = pool["ConfigurationEndpoint"]
    client = pymemcache.Client((endpoint["Address"], endpoint["Port"]), default_noreply=False)
    client.set("plain", "value")
    assert client.get("plain") == b"value"


def test_a_dead_memcached_node_comes_back_empty_and_alone(aws, elasticache, pool):
    second = pool["CacheNodes"][1]["Endpoint"]
    client = pymemcache.Client((second["Address"], second["Port"]), default_noreply=False)
    client.set("a", "1")
    aws.fail_node("pool/0002")
    aws.settle()
    client.close()
    assert client.get("a") is None
    assert "Recovering cache nodes 0002" in messages(
        aws
    ) and "Finished recovery for cache nodes 0002" in messages(aws)


def test_a_memcached_node_that_hangs_comes_back_empty(aws, elasticache, pool, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1.0)
    start = len(aws.events())
    second = pool["CacheNodes"][1]["Endpoint"]
    client = pymemcache.Client((second["Address"], second["Port"]), default_noreply=False)
    client.set("a", "1")
    client.close()
    pid = next(row["pid"] for row in aws.topology("pool") if row["number"] == "0002")
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: "Finished recovery for cache nodes 0002" in [e.message for e in aws.events()[start:]])
    assert client.get("a") is None


def test_memcached_is_rebooted_node_by_node(aws, elasticache, pool):
    pid = {row["number"]: row["pid"] for row in aws.topology("pool")}
    elasticache.reboot_cache_cluster(CacheClusterId="pool", CacheNodeIdsToReboot=["0001", "0003"])
    now = {row["number"]: row["pid"] for row in aws.topology("pool")}
    assert now["0002"] == pid["0002"] and now["0001"] != pid["0001"] and now["0003"] != pid["0003"]
    with pytest.raises(ClientError, match="0009"):
        elasticache.reboot_cache_cluster(CacheClusterId="pool", CacheNodeIdsToReboot=["0009"])


def test_memcached_reads_a_changed_parameter_at_its_next_reboot(elasticache):
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="big-items", CacheParameterGroupFamily="memcached1.6", Description="d"
    )
    elasticache.create_cache_cluster(
        CacheClusterId="big", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=1,
        CacheParameterGroupName="big-items",
    )  # fmt: skip
    [node] = cluster(elasticache, "big")["CacheNodes"]
    address = (node["Endpoint"]["Address"], node["Endpoint"]["Port"])

    def most():
        with contextlib.closing(pymemcache.Client(address)) as client:
            return int(client.stats("settings")[b"item_size_max"])

    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="big-items",
        ParameterNameValues=[{"ParameterName": "max_item_size", "ParameterValue": "2097152"}],
    )
    assert most() == 2**20
    elasticache.reboot_cache_cluster(CacheClusterId="big", CacheNodeIdsToReboot=["0001"])
    assert most() == 2**21
    elasticache.delete_cache_cluster(CacheClusterId="big")


def test_discovery_notices_nodes_that_come_and_go(elasticache, pool):
    elasticache.modify_cache_cluster(CacheClusterId="pool", NumCacheNodes=4, ApplyImmediately=True)
    version, nodes = discover(pool["ConfigurationEndpoint"])
    assert (version, len(nodes)) == (2, 4)
    elasticache.modify_cache_cluster(
        CacheClusterId="pool", NumCacheNodes=2, CacheNodeIdsToRemove=["0001", "0004"], ApplyImmediately=True
    )
    version, nodes = discover(pool["ConfigurationEndpoint"])
    assert (version, len(nodes)) == (3, 2)
    assert [node["CacheNodeId"] for node in cluster(elasticache, "pool")["CacheNodes"]] == ["0002", "0003"]
    with pytest.raises(ClientError, match="CacheNodeIdsToRemove"):
        elasticache.modify_cache_cluster(CacheClusterId="pool", NumCacheNodes=1, ApplyImmediately=True)


def test_memcached_has_no_backups(elasticache, pool):
    with pytest.raises(elasticache.exceptions.SnapshotFeatureNotSupportedFault):
        elasticache.create_snapshot(SnapshotName="no", CacheClusterId="pool")


def test_memcached_behind_tls(aws, elasticache):
    elasticache.create_cache_cluster(
        CacheClusterId="sealed", Engine="memcached", CacheNodeType="cache.t4g.micro",
        CacheSubnetGroupName="private",
        TransitEncryptionEnabled=True,
    )  # fmt: skip
    made = cluster(elasticache, "sealed")
    context = ssl.create_default_context()  # trusts the account's authority while it is open
    _, [(name, _, port)] = discover(made["ConfigurationEndpoint"], context)
    client = pymemcache.Client((name, int(port)), tls_context=context, default_noreply=False)
    client.set("a", "1")
    assert client.get("a") == b"1"
    with pytest.raises((OSError, pymemcache.MemcacheError)):
        pymemcache.Client((name, int(port)), timeout=2).get("a")
    elasticache.delete_cache_cluster(CacheClusterId="sealed")


def test_deleting_memcached_frees_its_id(elasticache, pool):
    elasticache.delete_cache_cluster(CacheClusterId="POOL")
    elasticache.get_waiter("cache_cluster_deleted").wait(CacheClusterId="pool")
    with pytest.raises(OSError):
        discover(pool["ConfigurationEndpoint"])
    elasticache.create_cache_cluster(
        CacheClusterId="pool", Engine="memcached", CacheNodeType="cache.t4g.small"
    )
    assert cluster(elasticache, "pool")["NumCacheNodes"] == 1
    elasticache.delete_cache_cluster(CacheClusterId="pool")


# Serverless.


@pytest.fixture(scope="module")
def serverless(elasticache):
    elasticache.create_serverless_cache(
        ServerlessCacheName="Sky", Engine="valkey",
        CacheUsageLimits={"DataStorage": {"Maximum": 5, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}},
    )  # fmt: skip
    return elasticache.describe_serverless_caches(ServerlessCacheName="sky")["ServerlessCaches"][0]


def cluster_client(endpoint):
    return redis.RedisCluster(
        host=endpoint["Address"], port=endpoint["Port"], ssl=True, decode_responses=True
    )


def test_serverless_is_tls_only_and_looks_like_a_cluster(aws, serverless):
    assert (serverless["Status"], serverless["Engine"], serverless["MajorEngineVersion"]) == (
        "available",
        "valkey",
        "9",
    )
    client = cluster_client(serverless["Endpoint"])
    client.set("a", 1)
    assert connect(serverless["ReaderEndpoint"], ssl=True).get("a") == "1"
    with pytest.raises(redis.RedisError, match="slot"):
        connect(serverless["Endpoint"], ssl=True).mset({"a": 1, "b": 2})  # two slots, as on AWS
    with pytest.raises(redis.ConnectionError):
        connect(serverless["Endpoint"]).ping()
    assert aws.aws_address("sky").endswith(".serverless.use1.cache.amazonaws.com")
    [bill] = [row for row in aws.still_billing() if row.id == "sky"]
    assert round(bill.usd_per_month, 2) == 6.13


def test_serverless_limits_are_changed_one_at_a_time(elasticache, serverless):
    limits = {"ECPUPerSecond": {"Maximum": 9000}}
    changed = elasticache.modify_serverless_cache(ServerlessCacheName="sky", CacheUsageLimits=limits)
    assert changed["ServerlessCache"]["CacheUsageLimits"] == limits
    with pytest.raises(ClientError, match="one field per request"):
        elasticache.modify_serverless_cache(
            ServerlessCacheName="sky", CacheUsageLimits=limits, Description="d"
        )


def test_serverless_backups(elasticache, serverless):
    cluster_client(serverless["Endpoint"]).set("kept", "yes")
    elasticache.create_serverless_cache_snapshot(ServerlessCacheName="sky", ServerlessCacheSnapshotName="one")
    elasticache.copy_serverless_cache_snapshot(
        SourceServerlessCacheSnapshotName="one", TargetServerlessCacheSnapshotName="two"
    )
    rows = elasticache.describe_serverless_cache_snapshots(ServerlessCacheName="sky")[
        "ServerlessCacheSnapshots"
    ]
    assert {row["ServerlessCacheSnapshotName"]: row["Status"] for row in rows} == {
        "one": "available",
        "two": "available",
    }
    two = next(row["ARN"] for row in rows if row["ServerlessCacheSnapshotName"] == "two")
    with pytest.raises(ClientError, match="Snapshot two already exists"):
        elasticache.delete_serverless_cache(ServerlessCacheName="sky", FinalSnapshotName="Two")
    elasticache.delete_serverless_cache(ServerlessCacheName="sky", FinalSnapshotName="three")
    elasticache.create_serverless_cache(
        ServerlessCacheName="sky", Engine="valkey", SnapshotArnsToRestore=[two]
    )
    [again] = elasticache.describe_serverless_caches(ServerlessCacheName="sky")["ServerlessCaches"]
    assert cluster_client(again["Endpoint"]).get("kept") == "yes"
    for name in ("one", "two", "three"):
        elasticache.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName=name)
    elasticache.delete_serverless_cache(ServerlessCacheName="sky")
    assert elasticache.describe_serverless_caches()["ServerlessCaches"] == []


def test_serverless_memcached(elasticache):
    elasticache.create_serverless_cache(ServerlessCacheName="cloud", Engine="memcached")
    [made] = elasticache.describe_serverless_caches(ServerlessCacheName="cloud")["ServerlessCaches"]
    endpoint = made["Endpoint"]
    client = pymemcache.Client(
        (endpoint["Address"], endpoint["Port"]),
        tls_context=ssl.create_default_context(),
        default_noreply=False,
    )
    client.set("a", "1")
    assert client.get("a") == b"1"
    with pytest.raises(elasticache.exceptions.InvalidParameterCombinationException, match="this box cannot"):
        elasticache.delete_serverless_cache(ServerlessCacheName="cloud", FinalSnapshotName="last")
    assert client.get("a") == b"1"
    from_redis = elasticache.create_serverless_cache(ServerlessCacheName="rain", Engine="redis")
    elasticache.create_serverless_cache_snapshot(
        ServerlessCacheName="rain", ServerlessCacheSnapshotName="rain-1"
    )
    arn = from_redis["ServerlessCache"]["ARN"].replace("cache:rain", "cachesnapshot:rain-1")
    other_engine = elasticache.exceptions.InvalidParameterCombinationException
    with pytest.raises(other_engine, match="rain-1 is of redis"):
        elasticache.create_serverless_cache(
            ServerlessCacheName="fog", Engine="memcached", SnapshotArnsToRestore=[arn]
        )
    elasticache.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="rain-1")
    for name in ("cloud", "rain"):
        elasticache.delete_serverless_cache(ServerlessCacheName=name)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_serverless_cache_stays_if_its_last_backup_fails_and_one_that_begins_has_none(aws, elasticache):
    elasticache.create_serverless_cache(ServerlessCacheName="storm", Engine="valkey")

    def storm():
        return elasticache.describe_serverless_caches(ServerlessCacheName="storm")["ServerlessCaches"][0]

    aws.provisioning_time = 600  # nobody comes to replace it
    try:
        aws.fail_node("storm")
        elasticache.delete_serverless_cache(ServerlessCacheName="storm", FinalSnapshotName="last")
        wait_until(lambda: storm()["Status"] == "available", "the end of the attempt")
        elasticache.create_serverless_cache(ServerlessCacheName="begins", Engine="valkey")
        with pytest.raises(elasticache.exceptions.InvalidServerlessCacheStateFault, match="is creating"):
            elasticache.create_serverless_cache_snapshot(
                ServerlessCacheName="begins", ServerlessCacheSnapshotName="early"
            )
    finally:
        aws.provisioning_time = 0
    assert aws.settle(60)
    [last] = elasticache.describe_serverless_cache_snapshots()["ServerlessCacheSnapshots"]
    assert (last["ServerlessCacheSnapshotName"], last["Status"]) == ("last", "failed")
    assert cluster_client(storm()["Endpoint"]).ping()
    elasticache.delete_serverless_cache_snapshot(ServerlessCacheSnapshotName="last")
    for name in ("storm", "begins"):
        elasticache.delete_serverless_cache(ServerlessCacheName=name)


# Ports.


def test_a_port_that_is_free_is_honoured_and_one_that_is_taken_is_not(aws, elasticache):
    """Which one came is in the answer: the endpoint has it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        taken = taken.getsockname()[1]
        group = make_group(aws, "taken", NumCacheClusters=1, Port=taken)
        assert primary(group)["Port"] != taken and connect(primary(group)).ping()
        remove(aws, "taken")
    wanted = free_port()
    made = {"plain": {}, "sharded": {"ClusterMode": "enabled", "AutomaticFailoverEnabled": True}}
    for name, more in made.items():
        group = make_group(aws, name, NumCacheClusters=1, Port=wanted, **more)
        endpoint = group.get("ConfigurationEndpoint") or primary(group)
        assert endpoint["Port"] == wanted and connect(endpoint).ping()
        remove(aws, name)
    for engine in ("redis", "memcached"):
        elasticache.create_cache_cluster(
            CacheClusterId=f"one-{engine}", Engine=engine, CacheNodeType="cache.t4g.micro", NumCacheNodes=1,
            Port=wanted,
        )  # fmt: skip
        row = cluster(elasticache, f"one-{engine}")
        endpoint = row.get("ConfigurationEndpoint") or row["CacheNodes"][0]["Endpoint"]
        assert endpoint["Port"] == wanted
        socket.create_connection((endpoint["Address"], wanted), 5).close()
        elasticache.delete_cache_cluster(CacheClusterId=f"one-{engine}")


# One node by itself.


def test_a_single_redis_node_dies_and_comes_back_empty(aws, elasticache):
    elasticache.create_cache_cluster(CacheClusterId="lonely", Engine="redis", CacheNodeType="cache.t4g.micro")
    made = cluster(elasticache, "lonely")
    assert "ConfigurationEndpoint" not in made and made["EngineVersion"] == "7.1"
    endpoint = made["CacheNodes"][0]["Endpoint"]
    connect(endpoint).set("a", 1)
    assert connect(endpoint).info("server")["redis_version"].startswith("7.")  # it says what was asked for
    elasticache.create_snapshot(SnapshotName="lonely-1", CacheClusterId="lonely")
    aws.fail_node("lonely")
    aws.settle()
    wait_until(lambda: connect(endpoint).dbsize() == 0, "recovery")
    elasticache.delete_cache_cluster(CacheClusterId="lonely")
    elasticache.create_cache_cluster(
        CacheClusterId="lonely", Engine="redis", CacheNodeType="cache.t4g.micro", SnapshotName="lonely-1"
    )
    assert connect(cluster(elasticache, "lonely")["CacheNodes"][0]["Endpoint"]).get("a") == "1"
    elasticache.delete_cache_cluster(CacheClusterId="lonely")
    elasticache.delete_snapshot(SnapshotName="lonely-1")
