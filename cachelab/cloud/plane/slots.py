"""Cluster mode: the 16,384 hash slots, and the commands that make separate nodes one Valkey Cluster."""

import contextlib
import time
from typing import TYPE_CHECKING

import redis

from .node import Gone, Node

if TYPE_CHECKING:
    from .shard import Shard

SLOTS = 16_384
AGREE_SECONDS = 20.0
MIGRATE_SECONDS = 60.0


def shares(shards: int) -> list[tuple[int, int]]:
    """The first and last slot of each of so many equal shards."""
    edges = [round(i * SLOTS / shards) for i in range(shards + 1)]
    return [(edges[i], edges[i + 1] - 1) for i in range(shards)]


def node_id(node: Node) -> str:
    with node.admin() as admin:
        return admin.execute_command("CLUSTER", "MYID")


def introduce(newcomer: Node, member: Node) -> None:
    """Have `newcomer` and `member`'s cluster meet."""
    with newcomer.admin() as admin:
        admin.execute_command(
            "CLUSTER", "MEET", member.server.host, member.server.port, member.server.config["cluster-port"]
        )


def form(shards: "list[Shard]") -> None:
    """Join all nodes into one cluster. Returns when every node agrees and takes commands."""
    first = shards[0].primary
    for epoch, shard in enumerate(shards, 1):
        low, high = shard.slots
        with shard.primary.admin() as admin:
            for first_slot, last_slot in _unclaimed(admin.execute_command("CLUSTER", "NODES"), low, high):
                admin.execute_command("CLUSTER", "ADDSLOTSRANGE", first_slot, last_slot)
            admin.execute_command("CLUSTER", "SET-CONFIG-EPOCH", epoch)
    everyone = [node for shard in shards for node in shard.nodes]
    for node in everyone:
        if node is not first:
            introduce(node, first)
    wait_until_known(everyone, len(everyone))
    for shard in shards:
        for replica in shard.replicas:
            follow(replica, shard.primary)
    for shard in shards:
        for replica in shard.replicas:
            if not replica.wait_for_sync():
                raise TimeoutError(f"replica {replica.id} did not sync with {shard.primary.id}")
    wait_until_ok(everyone)
    wait_until_agreed(everyone, shards)  # a node may be well and not have heard of every slot


def _own_slots(listing: str) -> set[int]:
    """The slots of the node whose CLUSTER NODES this is."""
    mine = set()
    for row in listing.splitlines():
        if "myself" in row:
            for part in row.split()[8:]:
                if not part.startswith("["):  # a slot on the move
                    first, _, last = part.partition("-")
                    mine.update(range(int(first), int(last or first) + 1))
    return mine


def _runs(chosen: set[int]) -> list[tuple[int, int]]:
    """{1, 2, 3, 7} -> [(1, 3), (7, 7)]"""
    runs: list[tuple[int, int]] = []
    for slot in sorted(chosen):
        if runs and runs[-1][1] == slot - 1:
            runs[-1] = (runs[-1][0], slot)
        else:
            runs.append((slot, slot))
    return runs


def _unclaimed(listing: str, low: int, high: int) -> list[tuple[int, int]]:
    """The ranges between `low` and `high` that the node does not own yet.

    (Restored from a backup, it has claimed by itself the slots of the keys it found.)
    """
    return _runs(set(range(low, high + 1)) - _own_slots(listing))


def owned(node: Node, low: int, high: int) -> list[tuple[int, int]]:
    """The ranges between `low` and `high` that this primary owns."""
    with node.admin() as admin:
        return _runs(_own_slots(admin.execute_command("CLUSTER", "NODES")) & set(range(low, high + 1)))


def migrate(source: Node, target: Node, low: int, high: int) -> None:
    """Move a range of slots with their keys, while both nodes serve. Needs Valkey 9."""
    deadline = time.monotonic() + MIGRATE_SECONDS
    with source.admin() as admin:
        admin.execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", low, high, "NODE", node_id(target))
        while _own_slots(admin.execute_command("CLUSTER", "NODES")) & set(range(low, high + 1)):
            states = [
                dict(zip(row[::2], row[1::2], strict=False))
                for row in admin.execute_command("CLUSTER", "GETSLOTMIGRATIONS")
            ]
            if states and states[0]["state"] in ("failed", "cancelled"):
                raise RuntimeError(f"slots {low}-{high} did not move to {target.id}: {states[0]['message']}")
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"slots {low}-{high} did not move to {target.id} in {MIGRATE_SECONDS:.0f} s"
                )
            time.sleep(0.02)


def wait_until_agreed(nodes: list[Node], shards: "list[Shard]") -> None:
    """Wait until each node has heard who owns which slots."""
    wanted = sorted(shard.slots for shard in shards)

    def agrees(node: Node) -> bool:
        with node.admin() as admin:
            rows = admin.execute_command("CLUSTER", "SLOTS")
        return sorted((row[0], row[1]) for row in rows) == wanted

    _wait(nodes, agrees, "agree on the slots")


def wait_until_known(nodes: list[Node], count: int) -> None:
    """Wait until each node has shaken hands with `count` nodes, itself included."""

    def complete(node: Node) -> bool:
        with node.admin() as admin:
            rows = [row.split() for row in admin.execute_command("CLUSTER", "NODES").splitlines()]
        return sum("handshake" not in row[2] and row[7] == "connected" for row in rows) >= count

    _wait(nodes, complete, "meet")


def wait_until_ok(nodes: list[Node]) -> None:
    """Wait until each node holds the cluster for healthy, and so serves its slots."""

    def healthy(node: Node) -> bool:
        with node.admin() as admin:
            return "cluster_state:ok" in admin.execute_command("CLUSTER", "INFO")

    _wait(nodes, healthy, "agree")


def _wait(nodes: list[Node], ready, what: str) -> None:
    deadline = time.monotonic() + AGREE_SECONDS
    waiting = list(nodes)
    while waiting:
        waiting = [node for node in waiting if not ready(node)]
        if waiting and time.monotonic() > deadline:
            raise TimeoutError(
                f"the nodes did not {what} within {AGREE_SECONDS:.0f} s: {[n.id for n in waiting]}"
            )
        time.sleep(0.02)


def follow(replica: Node, primary: Node) -> None:
    """CLUSTER REPLICATE, once the replica has heard of the primary."""
    target = node_id(primary)
    deadline = time.monotonic() + AGREE_SECONDS
    while True:
        try:
            with replica.admin() as admin:
                admin.execute_command("CLUSTER", "REPLICATE", target)
            return
        except redis.ResponseError as error:
            if "Unknown node" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def join(newcomer: Node, primary: Node) -> None:
    """Make a new node a replica of `primary`."""
    introduce(newcomer, primary)
    follow(newcomer, primary)


def take_over(replica: Node) -> None:
    """Promote a replica without asking the others, and wait until it owns the slots."""
    with replica.admin() as admin:
        admin.execute_command("CLUSTER", "FAILOVER", "TAKEOVER")
        deadline = time.monotonic() + AGREE_SECONDS
        while admin.info("replication")["role"] != "master" and time.monotonic() < deadline:
            time.sleep(0.005)


def forget(node: Node, members: list[Node]) -> None:
    """Strike a node that leaves from everyone's list."""
    with contextlib.suppress(*Gone):
        leaving = node_id(node)
        for member in members:
            if member is not node:
                with contextlib.suppress(*Gone), member.admin() as admin:
                    admin.execute_command("CLUSTER", "FORGET", leaving)


def come_back(node: Node, primary: Node) -> None:
    """Start a dead node again: it still knows the cluster, learns what changed, and follows or leads."""
    node.restart()
    if node is not primary:
        follow(node, primary)
        node.wait_for_sync()
    wait_until_ok([node])
