"""Cluster mode, node by node: the 16,384 hash slots, who owns which, and who follows whom."""

import contextlib
import time
from collections.abc import Callable

import redis

from .node import Gone, Node

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


def unclaimed(listing: str, low: int, high: int) -> list[tuple[int, int]]:
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


def wait_until_known(nodes: list[Node], count: int) -> None:
    """Wait until each node has shaken hands with `count` nodes, itself included."""

    def complete(node: Node) -> bool:
        with node.admin() as admin:
            rows = [row.split() for row in admin.execute_command("CLUSTER", "NODES").splitlines()]
        return sum("handshake" not in row[2] and row[7] == "connected" for row in rows) >= count

    wait_for(nodes, complete, "meet")


def wait_until_ok(nodes: list[Node]) -> None:
    """Wait until each node holds the cluster for healthy, and so serves its slots."""

    def healthy(node: Node) -> bool:
        with node.admin() as admin:
            return "cluster_state:ok" in admin.execute_command("CLUSTER", "INFO")

    wait_for(nodes, healthy, "agree")


def wait_for(nodes: list[Node], ready: Callable[[Node], bool], what: str) -> None:
    """Wait until each node is `ready(node)`. Raises TimeoutError that says `what` they did not do."""
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
