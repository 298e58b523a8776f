"""What AWS does when a node dies: promote the most current replica, then replace the dead node.

With automatic failover the shard takes writes again as soon as a replica is promoted; the dead node
comes back later as an empty replica in its old zone, at its old address. Without it, writes wait until
a replacement is up. (UG "Minimizing downtime with Multi-AZ", failure scenarios.)
"""

import contextlib
import time

from .. import events
from ..plane.node import Gone, Node
from ..plane.shard import Shard
from .group import ReplicationGroup

ATTEMPTS = 5


class Repairs:
    """The service's own hands; a part of the backend."""

    def repair(self, group: ReplicationGroup, shard: Shard, node: Node) -> None:
        """Deal with a node whose process has ended."""
        if node is shard.primary and group.automatic_failover:
            self.fail_over(group, shard)
        else:
            shard.point_doors()  # a reader that is gone takes no more turns
        self.point_configuration_door(group)
        self.replace(shard, node)
        self.point_configuration_door(group)

    def fail_over(self, group: ReplicationGroup, shard: Shard) -> None:
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
        self.log.tell(events.CLUSTER, new.id, events.FAILED_OVER, old=old.id, new=new.id)
        self.log.tell(events.GROUP, group.id, events.FAILED_OVER, old=old.id, new=new.id)

    def replace(self, shard: Shard, node: Node) -> None:
        """Bring a dead node back once its zone is up. It keeps its name and its address."""
        since, node.status = time.monotonic(), "recovering"
        # It needs a machine, and something to copy.
        self.fleet.wait_for_zones(
            lambda: {node.zone} if shard.primary.alive else {node.zone, shard.primary.zone}
        )
        self.fleet.wait_until(lambda: node is shard.primary or shard.primary.alive)
        self.log.tell(events.CLUSTER, node.id, events.RECOVERING, node=node.number)
        self.fleet.take_time(since)
        for attempt in range(1, ATTEMPTS + 1):
            if node not in shard.nodes or node.status == "deleting":
                return
            try:
                shard.bring_back(node)
                break
            except (*Gone, RuntimeError):
                if attempt == ATTEMPTS:
                    node.status = "failed for good"
                    raise
                time.sleep(0.2 * attempt)
        if shard.primary is not node:
            with contextlib.suppress(*Gone):
                node.wait_for_sync()
        node.status = "available"
        shard.point_doors()
        self.log.tell(events.CLUSTER, node.id, events.RECOVERED, node=node.number)
        self.fleet.announce()
