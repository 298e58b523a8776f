"""The nodes of a region as sources: which exist at the moment, of what type, and how to ask them."""

import contextlib
from collections.abc import Iterator

from ..facts.catalog import MEMORY
from ..plane.memcached import MemcachedNode
from ..plane.node import Node
from ..plane.shard import Shard
from ..region import Region
from .source import SlowLog, Source

PATIENCE = 0.5  # seconds a node has for an answer
SMALL = ("micro", "small", "medium", "large")


def sources(region: Region) -> list[Source]:
    """Every node of a region that is there and ought to answer; a dead one is not."""
    return [source for source in _all(region) if source.key.status == "available" and source.key.alive]


def vcpus(node_type: str) -> int:
    """The virtual CPUs of a node type, by EC2's sizes: 2 up to large, 4 for xlarge, 8 for 2xlarge …"""
    size = node_type.rpartition(".")[2]
    if size in SMALL:
        return 2
    return 4 * int(size.removesuffix("xlarge") or 1)


def _all(region: Region) -> Iterator[Source]:
    for group in list(region.groups.values()):
        for shard in group.shards:
            for node in list(shard.nodes):
                about = _about(node.id, node.number)
                about |= {"ReplicationGroupId": group.id, "NodeGroupId": shard.id}
                yield _source(
                    node, group.engine, about, group.node_type, primary_of(shard, node), slow_log(group.given)
                )
    for cluster in list(region.clusters.values()):
        for node in list(cluster.nodes):
            yield _source(
                node,
                cluster.engine,
                _about(cluster.id, node.number),
                cluster.node_type,
                slow_log=slow_log(cluster.given),
            )
    for cache in list(region.serverless_caches.values()):
        for node in list(cache.nodes):
            yield _source(node, cache.engine, {"ServerlessCacheName": cache.id})


def slow_log(given: dict) -> SlowLog | None:
    """Where a cache's slow log is to go, by its LogDeliveryConfigurations; only CloudWatch Logs is served."""
    for row in given.get("LogDeliveryConfigurations") or ():
        details = (row.get("DestinationDetails") or {}).get("CloudWatchLogsDetails")
        if row.get("LogType") == "slow-log" and row.get("Enabled", True) is not False and details:
            return SlowLog(details["LogGroup"], row.get("LogFormat") or "json")
    return None


def primary_of(shard: Shard, node: Node) -> Node | None:
    """The node it copies; None for the primary itself."""
    return None if node is shard.primary else shard.primary


def _about(cluster: str, node: str) -> dict[str, str | None]:
    return {"CacheClusterId": cluster, "CacheNodeId": node}


def _source(
    node: Node | MemcachedNode,
    engine: str,
    about: dict[str, str | None],
    node_type: str | None = None,
    primary: Node | None = None,
    slow_log: SlowLog | None = None,
) -> Source:
    return Source(
        key=node,
        engine=engine,
        about=about,
        connect=(lambda: _memcached(node)) if engine == "memcached" else (lambda: node.admin(PATIENCE)),
        pid=node.server.pid if node.server else None,
        vcpus=vcpus(node_type) if node_type else None,
        memory=MEMORY.get(node_type),
        own_connections=lambda: node.own_connections,
        primary=primary,
        slow_log=slow_log if engine != "memcached" else None,
    )


def _memcached(node: MemcachedNode) -> contextlib.AbstractContextManager:
    node.own_connections += 1
    return contextlib.closing(node.server.client(timeout=PATIENCE, connect_timeout=PATIENCE))
