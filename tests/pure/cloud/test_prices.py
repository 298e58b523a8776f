"""The price list adds up to what the course says, and admits what it does not know."""

import pytest

from cachelab.cloud import prices
from cachelab.cloud.facts.catalog import MEMORY, PREVIOUS_GENERATION


@pytest.mark.parametrize(
    ("node_type", "engine", "hour", "month"),
    [
        ("cache.t4g.micro", "redis", 0.016, 11.68),
        ("cache.t4g.micro", "valkey", 0.0128, 9.34),
        ("cache.t4g.micro", "memcached", 0.016, 11.68),
        ("cache.t4g.small", "valkey", 0.0256, 18.69),
        ("cache.m7g.large", "redis", 0.158, 115.34),
        ("cache.t3.micro", "redis", 0.017, 12.41),
        ("cache.m6g.large", "valkey", 0.1192, 87.02),
        ("cache.r6g.large", "memcached", 0.206, 150.38),
        ("cache.r6gd.xlarge", "redis", 0.781, 570.13),
        ("cache.r7g.large", "redis", 0.219, 159.87),
        ("cache.r7g.large", "valkey", 0.1752, 127.90),
    ],
)
def test_a_node(node_type, engine, hour, month):
    cost = prices.nodes(node_type, 1, engine)
    assert cost.usd_per_hour == pytest.approx(hour)
    assert round(cost.usd_per_month, 2) == month


def test_valkey_costs_four_fifths_of_redis():
    for kind in prices.NODE_HOUR:
        assert prices.node_hour(kind, "valkey") == pytest.approx(0.8 * prices.node_hour(kind, "redis"))


def test_every_node_type_that_can_be_ordered_has_a_price():
    orderable = {kind for kind in MEMORY if not kind.startswith(PREVIOUS_GENERATION)}
    assert orderable == set(prices.NODE_HOUR)


def test_a_larger_node_costs_more():
    families = {kind.rpartition(".")[0] for kind in prices.NODE_HOUR}
    for family in families:
        kinds = [kind for kind in prices.NODE_HOUR if kind.rpartition(".")[0] == family]
        by_memory = sorted(kinds, key=MEMORY.__getitem__)
        assert by_memory == sorted(kinds, key=prices.NODE_HOUR.__getitem__), family


SEED = {  # the create-replication-group call of the tutorials, and the production variant of it
    "Engine": "redis",
    "CacheNodeType": "cache.t4g.micro",
    "NumNodeGroups": 1,
    "ReplicasPerNodeGroup": 2,
}


def test_one_replication_group_is_as_many_nodes_as_it_has():
    assert prices.node_count("CreateReplicationGroup", SEED) == 3
    cost = prices.of_request("create_replication_group", **SEED)
    assert round(cost.usd_per_month, 2) == 35.04  # three times 11.68, which is what one node costs
    large = prices.of_request("create_replication_group", **SEED | {"CacheNodeType": "cache.r7g.large"})
    assert round(large.usd_per_month, 2) == 479.61


@pytest.mark.parametrize(
    ("operation", "request_", "nodes"),
    [
        ("CreateReplicationGroup", {}, 1),
        ("CreateReplicationGroup", {"NumCacheClusters": 6}, 6),
        ("CreateReplicationGroup", {"NumNodeGroups": 3, "ReplicasPerNodeGroup": 0}, 3),
        ("CreateReplicationGroup", {"NodeGroupConfiguration": [{"ReplicaCount": 1}, {"ReplicaCount": 3}]}, 6),
        ("CreateCacheCluster", {}, 1),
        ("CreateCacheCluster", {"NumCacheNodes": 4}, 4),
    ],
)
def test_how_many_nodes_a_request_starts(operation, request_, nodes):
    assert prices.node_count(operation, request_) == nodes


def test_serverless_bills_at_least_its_floor():
    assert round(prices.serverless("redis").usd_per_month, 2) == 91.25
    assert round(prices.serverless("valkey").usd_per_month, 2) == 6.13
    assert prices.serverless("valkey", gb=2).usd_per_hour == pytest.approx(0.168)
    busy = prices.serverless("valkey", gb=1, ecpu_per_second=1000)
    assert busy.usd_per_hour == pytest.approx(0.084 + 3.6 * 0.0023)


def test_what_is_free_costs_nothing():
    assert prices.of_request("create_cache_subnet_group", CacheSubnetGroupName="x").usd_per_hour == 0


@pytest.mark.parametrize("node_type", ["cache.t2.micro", "cache.r8g.large", "cache.nope", ""])
def test_no_price_is_not_a_guess(node_type):
    with pytest.raises(prices.NoPrice, match=prices.READ_ON):
        prices.node_hour(node_type)
    with pytest.raises(prices.NoPrice):
        prices.serverless("banana")


def test_a_cost_prints_with_its_date_and_its_sources():
    text = str(prices.nodes("cache.t4g.micro", 3, "memcached") + prices.serverless("redis"))
    assert prices.READ_ON in text and "us-east-1" in text and "730 h" in text
    assert "[=]" in text and "[blog]" in text
