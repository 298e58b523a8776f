"""A shard (AWS: node group): one primary, its replicas, and the two addresses that outlive them.

The primary endpoint is a relay on a fixed port: after a failover the same address reaches the new
primary, which is what AWS does by repointing a DNS name. The reader endpoint takes turns among the
replicas.
"""

import contextlib
import threading
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cachelab.engines.relay import Relay

from . import fleet, slots
from .node import Blueprint, Gone, Node, changed, open_door, open_main_door


class Shard:
    """A primary and its replicas. All changes of membership and role go through its lock."""

    def __init__(self, id: str, blueprint: Blueprint, layout: list[tuple[str, str]]) -> None:
        self.id = id
        self.blueprint = blueprint
        self.nodes = [Node(name, zone, blueprint) for name, zone in layout]
        self.primary = self.nodes[0]
        self.slots: tuple[int, int] | None = None
        self.lock = threading.RLock()
        self.primary_door: Relay | None = None
        self.reader_door: Relay | None = None

    @property
    def replicas(self) -> list[Node]:
        return [node for node in self.nodes if node is not self.primary]

    def node(self, name: str) -> Node | None:
        return next((node for node in self.nodes if node.id == name), None)

    # Birth and death.

    def start(self, dump: Path | None = None) -> None:
        """Start all nodes and open the doors. Returns when every node answers and replicas are in sync."""
        if not self.blueprint.cluster_mode:
            self.open_doors()
        self.primary.start(dump=dump)
        if self.replicas:
            with ThreadPoolExecutor(len(self.replicas)) as pool:
                list(pool.map(lambda node: node.start(self.primary), self.replicas))
        if self.blueprint.cluster_mode:
            return  # who replicates whom is settled once all shards have met
        for node in self.replicas:
            if not node.wait_for_sync():
                raise TimeoutError(f"replica {node.id} did not sync with {self.primary.id}")
        self.point_doors()
        self.mark_available()

    def mark_available(self) -> None:
        for node in self.nodes:
            node.status = "available"

    def open_doors(self) -> None:
        """Take the two ports, before anything listens behind them."""
        self.primary_door = open_main_door(self.blueprint)
        self.reader_door = open_door(self.blueprint)

    def point_doors(self) -> None:
        """Point the endpoints at the nodes that play the parts now."""
        with self.lock:
            if self.blueprint.cluster_mode or not self.primary_door:
                return
            self.primary_door.retarget(self.primary.address)
            readers = [node for node in self.replicas if node.status == "available" and node.alive]
            self.reader_door.retarget(*(node.address for node in readers or [self.primary]))

    def change_doors(self) -> None:
        """Encryption was switched: addresses change, as on AWS (but not from preferred to required)."""
        with self.lock:
            for node in self.nodes:
                node.change_front()
            if self.primary_door:
                self.primary_door = changed(self.primary_door, self.blueprint)
                self.reader_door = changed(self.reader_door, self.blueprint)
            self.point_doors()

    def close_doors(self) -> None:
        for door in (self.primary_door, self.reader_door):
            if door:
                door.close()
        self.primary_door = self.reader_door = None

    def close(self) -> None:
        """End all nodes."""
        with self.lock:
            self.close_doors()
            for node in self.nodes:
                node.close()

    def spare(self, node: Node) -> "Shard":
        """Let a node live on by itself, in a shard of its own, whatever becomes of this one."""
        with self.lock:
            alone = Shard("0001", self.blueprint, [(node.id, node.zone)])
            alone.nodes, alone.primary = [node], node
            self.nodes.remove(node)
        return alone

    # Roles.

    def promote(self, node: Node) -> None:
        """Make `node` the primary: of a live shard (the old one becomes a replica) or of a broken one.

        Raises one of `Gone` if it has died as well; then nothing has changed.
        """
        with self.lock:
            if self.blueprint.cluster_mode:
                slots.take_over(node)
            else:
                with node.admin() as admin:
                    admin.execute_command("REPLICAOF", "NO", "ONE")
            if self.primary_door:
                self.primary_door.retarget(node.address)  # before anybody is told, and before anything slow
            old, self.primary = self.primary, node
            node.drop_link()
            if node.cut_off:
                node.mend()  # there is no link left to cut
            for replica in self.replicas:
                if replica.alive:
                    with contextlib.suppress(*Gone):
                        self.follow(replica)
            self.point_doors()
            if old.alive and self.primary_door:
                self.primary_door.cut()  # close-on-replica-write: clients of the old primary must come again

    def follow(self, replica: Node) -> None:
        """Make `replica` replicate the primary."""
        if self.blueprint.cluster_mode:
            slots.follow(replica, self.primary)
            return
        with replica.admin() as admin:
            admin.execute_command("REPLICAOF", *replica.source(self.primary))

    def pace_replication(self, replica: Node, delay: float | None) -> None:
        """Let a replica hear of everything `delay` seconds late; None: its link stays open, and is silent."""
        with self.lock:
            if delay == 0:
                replica.drop_link()
                self.follow(replica)
                return
            if replica.link is None:
                replica.link = Relay(self.primary.address)
                self.follow(replica)
                replica.wait_for_sync()
            replica.pace_link(delay)

    def sever(self) -> None:
        """Drop what delayed links hold: no replica hears of it any more. They connect again by themselves."""
        for replica in self.replicas:
            if link := replica.link:
                link.cut()

    def most_current(self, but: Collection[Node] = ()) -> Node | None:
        """The live replica with the least replication lag: the one AWS promotes; none of `but`.

        Where none answers at once, they may be slow: they are asked for as long as a node may be silent.
        """
        deadline = time.monotonic() + fleet.SILENCE
        while True:
            replicas = [node for node in self.replicas if node not in but and node.status == "available"]
            offsets = {node: vitals.offset for node in replicas if (vitals := node.vitals())}
            if offsets:
                return max(offsets, key=offsets.get)
            if time.monotonic() > deadline or not any(node.alive for node in replicas):
                return None
            time.sleep(0.02)

    # Repair.

    def bring_back(self, node: Node) -> None:
        """Start a dead node again, empty, at its old address, and give it the shard's data.

        A dead primary that nobody replaced comes back with the data of its most current replica, if
        there is one; otherwise it comes back empty, and so does the shard.
        """
        with self.lock:
            if node.status == "deleting":
                return
            node.cut_off = False
            node.drop_link()
            survivor = self.most_current() if node is self.primary else None
            if self.blueprint.cluster_mode:
                slots.come_back(node, self.primary)
                return
            if node is not self.primary:
                self._as_replica_of(node, self.primary)
                return
            if survivor is None:
                node.server.config.pop("replicaof", None)
                node.restart()
                return
            # A replica whose primary is gone gives its data to nobody, unless it is made a primary itself.
            with survivor.admin() as admin:
                admin.execute_command("REPLICAOF", "NO", "ONE")
            self._as_replica_of(node, survivor)
            node.wait_for_sync()
            with node.admin() as admin:
                admin.execute_command("REPLICAOF", "NO", "ONE")
            for replica in self.replicas:
                if replica.alive:
                    self.follow(replica)

    def _as_replica_of(self, node: Node, source: Node) -> None:
        node.server.config["replicaof"] = f"{source.server.host} {source.server.port}"
        node.restart()

    def reboot(self, node: Node) -> None:
        """End the process and start it empty at once, in the same role: what RebootCacheCluster does.

        A rebooted primary is empty, and its replicas copy that.
        """
        with self.lock:
            node.kill()
            if node is self.primary:
                node.server.config.pop("replicaof", None)
                node.restart()
            else:
                self._as_replica_of(node, self.primary)
                node.wait_for_sync()

    # Size.

    def add(self, name: str, zone: str, everyone: "list[Node] | None" = None) -> Node:
        """Start one more replica. Returns when it has the data; raises one of `Gone`, without one, if the
        primary dies meanwhile. `everyone`: as in remove()."""
        node = Node(name, zone, self.blueprint)
        with self.lock:
            self.nodes.append(node)
        try:
            node.start(self.primary)
            if self.blueprint.cluster_mode:
                slots.join(node, self.primary)
            if not node.wait_for_sync():
                raise TimeoutError(f"replica {name} did not sync with {self.primary.id}")
        except BaseException:
            self.remove(node, everyone)
            raise
        with self.lock:
            node.status = "available"
            self.point_doors()
        return node

    def remove(self, node: Node, everyone: "list[Node] | None" = None) -> None:
        """End a replica. In cluster mode `everyone` (all nodes of all shards) is told to forget it."""
        with self.lock:
            self.nodes.remove(node)
            if self.blueprint.cluster_mode and node.server:
                slots.forget(node, everyone or self.nodes)
            self.point_doors()
            node.close()
