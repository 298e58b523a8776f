"""What the module orders from AWS, held against what the shop needs: engine, zones, TLS, backups, memory,
money."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from cachelab import cloud
from cachelab.cloud import NoPrice, catalog, prices
from cachelab.day.lines import Line, Score
from cachelab.day.module import Service

SUBNETS = "private-subnets"  # the subnet group that the account has
NEEDED = 2.0  # GiB that the entries of all products need
USABLE = 0.75  # of a node's memory: a quarter is reserved, for backups and failovers
BUDGET = 380.0  # USD a month


def judge_order(elasticache: Any, group_id: str) -> Score:
    """The lines of a replication group that exists, as `describe_replication_groups` shows it.

    Raises what boto3 raises if there is no such group.
    """
    [group] = elasticache.describe_replication_groups(ReplicationGroupId=group_id)["ReplicationGroups"]
    return Score(tuple(lines(group)))


def order_of(service: Service) -> Score:
    """Let the module order, in an account in a box of its own, and look at what it got."""
    with cloud.account(provisioning_time=0) as aws:
        network(aws)
        with closing(aws.client("elasticache")) as elasticache:
            try:
                return judge_order(elasticache, service.fresh().order(elasticache))
            except Exception as error:
                why = f"{type(error).__name__}: {error}"[:120]
                return Score((_line("nothing that can be used", True, "03.2", why),))


def network(aws: Any) -> None:
    """Make the subnet group in which the module orders, in an account in a box."""
    ec2, elasticache = aws.client("ec2"), aws.client("elasticache")
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName=SUBNETS,
        CacheSubnetGroupDescription="private",
        SubnetIds=[subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]],
    )


def lines(group: dict[str, Any]) -> list[Line]:
    """A line for each thing that the shop needs, of a group as `describe_replication_groups` shows it."""
    node, count = group["CacheNodeType"], len(group["MemberClusters"])
    try:
        usd = prices.nodes(node, count, group.get("Engine", "valkey")).usd_per_month
    except NoPrice:
        usd = float("inf")
    shards = len(group.get("NodeGroups", ())) or 1
    memory = catalog.MEMORY.get(node, 0) / 2**30 * USABLE * shards
    nodes = f"{count} × {node}"
    return [
        _line("of another engine", group.get("Engine") != "valkey", "03.3"),
        _line("in cluster mode", bool(group.get("ClusterEnabled")), "03.5", nodes),
        _line("readable on the way", not group.get("TransitEncryptionEnabled"), "03.6"),
        _line("without a second zone", group.get("MultiAZ") != "enabled", "03.2", nodes),
        _line("without backups", not group.get("SnapshotRetentionLimit"), "03.9"),
        Line("gold", "the order", "GiB too few", max(0.0, NEEDED - memory), 0, "06.9", nodes),
        Line("gold", "the order", "dollars a month", usd, BUDGET, "03.3", nodes),
    ]


def _line(what: str, missing: bool, lesson: str, detail: str = "") -> Line:
    return Line("gold", "the order", what, int(missing), 0, lesson, detail)
