"""Drills: nodes that hang, links that are slow or silent, memory that is scarce; real nodes, under writes."""

import time

import pytest
import redis

from cachelab import cloud
from cachelab.cloud.plane import fleet
from tests.oracle.cloud_drills import (
    Traffic,
    connect,
    describe,
    make_group,
    primary,
    remove,
    roles,
    wait_until,
)

LONG = 30.0  # seconds of delay: nothing of it arrives while a test looks


@pytest.fixture(scope="module")
def aws():
    with cloud.account(provisioning_time=0) as aws:
        yield aws


@pytest.fixture
def elasticache(aws):
    return aws.client("elasticache")


@pytest.fixture(scope="module")
def pair(aws):
    """A primary and a replica for all tests that leave them as they were."""
    make_group(aws, "pair", NumCacheClusters=2)
    yield describe(aws, "pair")


def node(aws, name):
    """A client of one node, and of no other."""
    [row] = [row for row in aws.topology() if row["id"] == name]
    host, port = row["endpoint"]
    return connect({"Address": host, "Port": port})


def link(aws, name):
    return next(row["link"] for row in aws.topology() if row["id"] == name)


def test_a_replica_hears_of_a_write_no_earlier_than_its_delay(aws, pair):
    aws.replica_link("pair-002", delay=0.3)
    writer, follower = connect(primary(pair)), node(aws, "pair-002")
    for number in range(3):
        began = time.monotonic()
        writer.set("number", number)
        wait_until(lambda number=number: follower.get("number") == str(number), "replication")
        assert time.monotonic() - began >= 0.3
    assert link(aws, "pair-002") == "up"
    aws.replica_link("pair-002", delay=0)


def test_what_was_on_its_way_arrives_when_the_delay_ends(aws, pair):
    writer, follower = connect(primary(pair)), node(aws, "pair-002")
    writer.set("seen", 1)
    wait_until(lambda: follower.get("seen") == "1", "replication")
    aws.replica_link("pair-002", delay=LONG)
    writer.set("seen", 2)
    assert follower.get("seen") == "1"
    aws.replica_link("pair-002", delay=0)
    wait_until(lambda: follower.get("seen") == "2", "replication")


def test_a_silent_link_is_open_and_nothing_passes(aws, pair):
    writer, follower = connect(primary(pair)), node(aws, "pair-002")
    writer.set("word", "before")
    wait_until(lambda: follower.get("word") == "before", "replication")
    aws.replica_link("pair-002", delay=None)
    writer.set("word", "after")
    assert follower.get("word") == "before"
    assert follower.info("replication")["master_link_status"] == "up"  # nobody has noticed yet
    assert link(aws, "pair-002") == "silent"
    aws.replica_link("pair-002", delay=0)
    wait_until(lambda: follower.get("word") == "after", "replication")
    assert link(aws, "pair-002") == "up"


def test_a_primary_refuses_writes_that_no_replica_would_confirm(aws, elasticache):
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="careful", CacheParameterGroupFamily="valkey9", Description="d"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="careful",
        ParameterNameValues=[
            {"ParameterName": "min-replicas-to-write", "ParameterValue": "1"},
            {"ParameterName": "min-replicas-max-lag", "ParameterValue": "2"},
        ],
    )
    group = make_group(aws, "careful", NumCacheClusters=2, CacheParameterGroupName="careful")
    writer = connect(primary(group))

    def takes_writes():
        try:
            return writer.set("a", 1)
        except redis.ResponseError as error:
            assert "NOREPLICAS" in str(error)
            return False

    wait_until(takes_writes, "the replica's first word")
    aws.replica_link("careful-002", delay=None)
    wait_until(lambda: not takes_writes(), "a refusal")
    assert writer.get("a") == "1"  # reads go on
    aws.replica_link("careful-002", delay=0)
    wait_until(takes_writes, "writes again")
    aws.provisioning_time = 600
    aws.fail_node("careful-002")
    assert not takes_writes()  # a closed connection is noticed at once
    aws.provisioning_time = 0
    wait_until(takes_writes, "writes once it is replaced")
    elasticache.modify_cache_parameter_group(  # reaches running nodes at once
        CacheParameterGroupName="careful",
        ParameterNameValues=[{"ParameterName": "min-replicas-to-write", "ParameterValue": "2"}],
    )
    assert not takes_writes()
    remove(aws, "careful")


def test_what_a_delayed_link_holds_is_lost_with_its_primary(aws):
    make_group(aws, "late", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    writer = connect(primary(describe(aws, "late")))
    writer.set("order:1", "paid")
    wait_until(lambda: node(aws, "late-002").get("order:1") == "paid", "replication")
    aws.replica_link("late-002", delay=LONG)
    writer.set("order:2", "paid")
    aws.fail_node("late-001")
    wait_until(lambda: roles(aws, "late")["late-002"] == "primary", "failover")
    assert aws.settle()
    follower = node(aws, "late-002")
    assert follower.get("order:1") == "paid" and follower.get("order:2") is None
    remove(aws, "late")


def test_the_replica_that_lags_is_not_promoted_and_follows_the_new_primary(aws):
    group = make_group(aws, "lagging", NumCacheClusters=3, AutomaticFailoverEnabled=True)
    aws.replica_link("lagging-002", delay=LONG)
    writer = connect(primary(group))
    with Traffic(lambda number: writer.set("number", number)) as traffic:
        wait_until(lambda: int(node(aws, "lagging-003").get("number") or 0) > 50, "replication")
        aws.fail_node("lagging-001")
        wait_until(lambda: roles(aws, "lagging")["lagging-003"] == "primary", "failover")
        before = traffic.confirmed
        wait_until(lambda: traffic.confirmed > before + 50, "writes after the failover")
    aws.settle()
    assert roles(aws, "lagging") == {
        "lagging-001": "replica", "lagging-002": "replica", "lagging-003": "primary",
    }  # fmt: skip
    last = writer.get("number")
    assert int(last) >= traffic.confirmed
    assert node(aws, "lagging-002").get("number") != last  # its link is as slow as it was
    aws.replica_link("lagging-002", delay=0)
    wait_until(lambda: node(aws, "lagging-002").get("number") == last, "replication")
    remove(aws, "lagging")


def test_a_lagging_replica_that_is_promoted_has_lost_what_was_on_its_way(aws):
    group = make_group(aws, "lossy-link", NumCacheClusters=2, AutomaticFailoverEnabled=True)
    writer = connect(primary(group))
    writer.set("product:1:price", "old")
    wait_until(lambda: node(aws, "lossy-link-002").get("product:1:price") == "old", "replication")
    aws.replica_link("lossy-link-002", delay=LONG)
    assert writer.delete("product:1:price") == 1  # confirmed, and gone from the only node that knows
    aws.fail_node("lossy-link-001")
    wait_until(lambda: roles(aws, "lossy-link")["lossy-link-002"] == "primary", "failover")
    aws.settle()
    assert connect(primary(group)).get("product:1:price") == "old"  # a deleted value came back
    assert {row["link"] for row in aws.topology("lossy-link")} == {"up"}
    remove(aws, "lossy-link")


def test_a_node_that_hangs_for_a_while_goes_on_where_it_stopped(aws, pair, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1000.0)
    start = len(aws.events())
    connect(primary(pair)).set("before", 1)
    aws.freeze_node("pair-001")
    with pytest.raises(redis.TimeoutError):
        connect(primary(pair), socket_timeout=0.2).get("before")
    aws.thaw_node("pair-001")
    assert connect(primary(pair)).get("before") == "1"
    assert roles(aws, "pair") == {"pair-001": "primary", "pair-002": "replica"}
    assert len(aws.events()) == start


def test_a_memcached_node_can_hang_too(aws, elasticache, monkeypatch):
    monkeypatch.setattr(fleet, "SILENCE", 1.0)
    elasticache.create_cache_cluster(
        CacheClusterId="hung", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=2
    )
    start = len(aws.events())
    aws.freeze_node("hung/0002")
    wait_until(lambda: "Finished recovery for cache nodes 0002" in [e.message for e in aws.events()[start:]])
    elasticache.delete_cache_cluster(CacheClusterId="hung")


def test_what_cannot_be_drilled_is_refused_by_name(aws, pair):
    with pytest.raises(cloud.AccountError, match="pair-001 is not a replica"):
        aws.replica_link("pair-001", delay=0.1)
    for delay in (-1, 61):
        with pytest.raises(ValueError, match="0 to 60"):
            aws.replica_link("pair-002", delay=delay)
    with pytest.raises(cloud.AccountError, match="no node 'nobody'"):
        aws.freeze_node("nobody")
    make_group(
        aws, "sharded", NumNodeGroups=1, ReplicasPerNodeGroup=1, ClusterMode="enabled",
        AutomaticFailoverEnabled=True,
    )  # fmt: skip
    with pytest.raises(cloud.AccountError, match="cluster mode disabled"):
        aws.replica_link("sharded-0001-002", delay=0.1)
    remove(aws, "sharded")


@pytest.mark.parametrize(("percent", "policy"), [("98", "allkeys-lru"), ("100", "allkeys-lru")])
def test_memory_can_be_made_scarce_as_on_aws(aws, elasticache, percent, policy):
    name = f"scarce-{percent}"
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey9", Description="d"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName=name,
        ParameterNameValues=[
            {"ParameterName": "reserved-memory-percent", "ParameterValue": percent},
            {"ParameterName": "maxmemory-policy", "ParameterValue": policy},
        ],
    )
    client = connect(primary(make_group(aws, name, NumCacheClusters=1, CacheParameterGroupName=name)))
    if percent == "100":  # all of it is held back: nothing can be stored
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.set("a", 1)
    else:
        for number in range(1500):  # 15 MB into less than 11
            client.set(f"page:{number}", "x" * 10_000)
        assert client.info("stats")["evicted_keys"] > 0
        assert client.get("page:1499") and client.dbsize() < 1500
    remove(aws, name)
