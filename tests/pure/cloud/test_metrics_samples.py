"""What INFO becomes: kinds of commands, histograms, lag, and the sets of dimensions AWS publishes under."""

import pytest

from cachelab.cloud.metrics.nodes import vcpus
from cachelab.cloud.metrics.published import ABSENT, ONLY_BY_NODE, dimension_sets
from cachelab.cloud.metrics.source import Strangers
from cachelab.cloud.metrics.valkey import Reading, _new, kinds, lag

NODE = {
    "CacheClusterId": "shop-001",
    "CacheNodeId": "0001",
    "ReplicationGroupId": "shop",
    "NodeGroupId": "0001",
}


def names(sets):
    return [" ".join(sorted(dimensions)) for dimensions in sets]


@pytest.mark.parametrize(
    ("metric", "sets"),
    [
        ("CacheHitRate", ["CacheClusterId CacheNodeId", "CacheClusterId"]),
        ("Evictions", ["CacheClusterId CacheNodeId", "CacheClusterId"]),
        ("CurrVolatileItems", ["CacheClusterId CacheNodeId"]),
        ("SuccessfulReadRequestLatency", ["CacheClusterId CacheNodeId"]),
        (
            "EngineCPUUtilization",
            [
                "CacheClusterId CacheNodeId",
                "CacheClusterId",
                "ReplicationGroupId",
                "NodeGroupId ReplicationGroupId",
                "ReplicationGroupId Role",
            ],
        ),
        (
            "DatabaseMemoryUsageCountedForEvictPercentage",
            ["CacheClusterId CacheNodeId", "ReplicationGroupId", "NodeGroupId ReplicationGroupId"],
        ),
        ("DatabaseMemoryUsagePercentage", ["CacheClusterId CacheNodeId", "CacheClusterId"]),
    ],
)
def test_sets_of_dimensions_are_awss(metric, sets):
    assert names(dimension_sets(metric, NODE, "Primary")) == sets


def test_a_serverless_cache_has_one_dimension():
    sets = dimension_sets("CacheHits", {"ServerlessCacheName": "orders"})
    assert sets == [{"ServerlessCacheName": "orders"}]


def test_what_is_absent_is_never_published():
    assert not set(ABSENT) & ONLY_BY_NODE
    assert all(reason for reason in ABSENT.values())


@pytest.mark.parametrize(
    ("node_type", "count"),
    [("cache.t4g.micro", 2), ("cache.r7g.large", 2), ("cache.r7g.xlarge", 4), ("cache.m6g.16xlarge", 64)],
)
def test_virtual_cpus(node_type, count):
    assert vcpus(node_type) == count


def test_a_histogram_that_counts_up_gives_what_is_new():
    before, now = {2: 5, 8: 7}, {2: 6, 4: 6, 8: 20, 64: 21}
    assert dict(_new(now, before)) == {2.0: 1, 8.0: 12, 64.0: 1}
    assert sum(_new(now, {}).values()) == 21
    assert dict(_new(before, before)) == {}


def test_kinds_of_commands():
    get = {"flags": ["readonly"], "acl_categories": ["@read", "@string"], "first_key_pos": 1}
    assert kinds("get", get) == ("StringBased", "GetType")
    delete = {"flags": [b"write"], "acl_categories": [b"@keyspace", b"@write"], "first_key_pos": 1}
    assert kinds("del", delete) == ("KeyBased", "SetType")
    evaluated = {"flags": ["movablekeys"], "acl_categories": ["@scripting"], "first_key_pos": 0}
    assert kinds("eval", evaluated) == ("EvalBased",)
    assert kinds("info", {"flags": ["loading"], "acl_categories": ["@slow"]}) == ("NonKeyType",)
    assert kinds("cluster|slots", {}) == ("ClusterBased", "NonKeyType")


def test_connections_of_the_accounts_own_are_no_traffic_whenever_they_are_counted():
    strangers = Strangers()
    assert strangers.new(received=12, own=10) == 2
    assert strangers.new(received=12, own=11) == 0  # ours, on its way
    assert strangers.new(received=13, own=11) == 0  # it has come
    assert strangers.new(received=20, own=12) == 6


# A primary that was seen at these times (seconds) at these offsets; now it is 100 s.
PASSED = [(90.0, 7_000), (95.0, 8_500), (100.0, 10_000)]


@pytest.mark.parametrize(
    ("replica", "seconds"),
    [
        ({"slave_repl_offset": 10_000}, 0.0),
        ({"slave_repl_offset": 10_050}, 0.0),  # it was asked after its primary
        ({"slave_repl_offset": 9_000, "instantaneous_input_repl_kbps": 1000 / 1024}, 1.0),
        (
            {"slave_repl_offset": 9_000, "instantaneous_input_repl_kbps": 1 / 1024},
            5.0,
        ),  # it was there 5 s ago
        (
            {"slave_repl_offset": 8_000, "instantaneous_input_repl_kbps": 10**6},
            5.0,
        ),  # it lacks what is 5 s old
        ({"slave_repl_offset": 7_000, "master_last_io_seconds_ago": 7}, 7.0),  # silent, not closed
        ({"slave_repl_offset": 7_000}, 5.0),
        ({"slave_repl_offset": 0, "master_link_status": "down", "master_link_down_since_seconds": 42}, 42.0),
        ({"slave_repl_offset": 0, "master_link_status": "down", "master_link_down_since_seconds": -1}, 0.0),
    ],
)
def test_how_far_a_replica_is_behind(replica, seconds):
    info = {"role": "slave", "master_link_status": "up", "master_last_io_seconds_ago": 0} | replica
    assert lag(Reading(info, 100.0, 0, {}), PASSED) == pytest.approx(seconds)


def test_of_a_primary_never_seen_nobody_is_behind():
    assert lag(Reading({"role": "slave", "master_link_status": "up"}, 0.0, 0, {}), ()) == 0
