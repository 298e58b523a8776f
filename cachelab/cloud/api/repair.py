"""What AWS does when a node dies: promote the most current replica, then replace the dead node.

With automatic failover the shard takes writes again as soon as a replica is promoted; the dead node
comes back later as an empty replica in its old zone, at its old address. Without it, writes wait until
a replacement is up. (UG "Minimizing downtime with Multi-AZ", failure scenarios.)
"""

import contextlib
import time

from .. import events
from ..plane.memcached import MemcachedNode
from ..plane.node import Gone, Node
from ..plane.shard import Shard
from ..region import Region
from ..resources.cache import Cache

ATTEMPTS = 5


def watch(region: Region, cache: Cache) -> None:
    """Have every node of a cache that dies dealt with as AWS would."""
    if cache.memcached:
        region.fleet.watch(cache, lambda _, node: replace_memcached(region, node))
    for shard in cache.shards:
        region.fleet.watch(shard, lambda shard, node: repair(region, cache, shard, node))


def repair(region: Region, cache: Cache, shard: Shard, node: Node) -> None:
    """Deal with a node whose process has ended."""
    if node is shard.primary and cache.automatic_failover:
        fail_over(region, cache, shard)
    else:
        shard.point_doors()  # a reader that is gone takes no more turns
    cache.point_door()
    replace(region, shard, node)
    cache.point_door()


def fail_over(region: Region, group: Cache, shard: Shard) -> None:
    """Promote the most current replica that lives."""
    with shard.lock:
        old, tried = shard.primary, []
        while (new := shard.most_current(but=tried)) is not None:
            try:
                shard.promote(new)
                break
            except Gone:  # it died too, just now: it will be noticed
                tried.append(new)
        if new is None:
            return
    region.log.tell(events.CLUSTER, new.id, events.FAILED_OVER, old=old.id, new=new.id)
    region.log.tell(events.GROUP, group.id, events.FAILED_OVER, old=old.id, new=new.id)


def replace(region: Region, shard: Shard, node: Node) -> None:
    """Bring a dead node back once its zone is up. It keeps its name and its address."""

    def leaves() -> bool:
        return node not in shard.nodes or node.status == "deleting"

    with shard.lock:
        if leaves():
            return
        since, node.status = time.monotonic(), "recovering"
    # It needs a machine, and something to copy.
    region.fleet.wait_for_zones(
        lambda: set() if leaves() else {node.zone} if shard.primary.alive else {node.zone, shard.primary.zone}
    )
    region.fleet.wait_until(lambda: leaves() or node is shard.primary or shard.primary.alive)
    if leaves():
        return
    region.log.tell(events.CLUSTER, node.id, events.RECOVERING, node=node.number)
    region.fleet.take_time(since)
    for attempt in range(1, ATTEMPTS + 1):
        if leaves():
            return
        try:
            shard.bring_back(node)
            break
        except (*Gone, RuntimeError):
            if attempt == ATTEMPTS and not leaves():
                node.status = "failed for good"
                raise
            time.sleep(0.2 * attempt)
    if shard.primary is not node:
        with contextlib.suppress(*Gone):
            node.wait_for_sync()
    with shard.lock:
        if leaves():
            return
        node.status = "available"
        shard.point_doors()
    region.log.tell(events.CLUSTER, node.id, events.RECOVERED, node=node.number)
    region.fleet.announce()


def wait_for_primary(region: Region, shard: Shard) -> None:
    """Wait until somebody is there to copy from, or nobody ever will be."""
    region.fleet.wait_for_zones(lambda: set() if shard.primary.alive else {shard.primary.zone})
    region.fleet.wait_until(lambda: shard.primary.alive or shard.primary.status == "failed for good")


def wait_until_whole(region: Region, shards: list[Shard]) -> None:
    """Wait until all nodes of these shards are there; but not for replicas in a zone that is down."""

    def is_there(node: Node) -> bool:
        return node.status == "failed for good" or (node.status == "available" and node.alive)

    for shard in shards:
        wait_for_primary(region, shard)
        region.fleet.wait_until(
            lambda shard=shard: all(
                is_there(node) or (node is not shard.primary and node.zone in region.fleet.zones_down)
                for node in list(shard.nodes)
            )
        )


def replace_memcached(region: Region, node: MemcachedNode) -> None:
    """A memcached node that died comes back empty; nobody takes over for it meanwhile."""
    if node.status == "deleting":
        return
    since, node.status = time.monotonic(), "recovering"
    region.fleet.wait_for_zones(lambda: {node.zone} if node.status == "recovering" else set())
    if node.status != "recovering":
        return
    region.log.tell(events.CLUSTER, node.id, events.RECOVERING, node=node.number)
    region.fleet.take_time(since)
    if node.status == "recovering":
        node.restart()
        node.status = "available"
        region.log.tell(events.CLUSTER, node.id, events.RECOVERED, node=node.number)
