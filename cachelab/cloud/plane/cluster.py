"""Cluster mode, shard by shard: making separate nodes one Valkey Cluster."""

from . import slots
from .node import Node
from .shard import Shard


def form(shards: list[Shard]) -> None:
    """Join all nodes into one cluster. Returns when every node agrees and takes commands."""
    first = shards[0].primary
    for epoch, shard in enumerate(shards, 1):
        low, high = shard.slots
        with shard.primary.admin() as admin:
            for first_slot, last_slot in slots.unclaimed(
                admin.execute_command("CLUSTER", "NODES"), low, high
            ):
                admin.execute_command("CLUSTER", "ADDSLOTSRANGE", first_slot, last_slot)
            admin.execute_command("CLUSTER", "SET-CONFIG-EPOCH", epoch)
    everyone = [node for shard in shards for node in shard.nodes]
    for node in everyone:
        if node is not first:
            slots.introduce(node, first)
    slots.wait_until_known(everyone, len(everyone))
    for shard in shards:
        for replica in shard.replicas:
            slots.follow(replica, shard.primary)
    for shard in shards:
        for replica in shard.replicas:
            if not replica.wait_for_sync():
                raise TimeoutError(f"replica {replica.id} did not sync with {shard.primary.id}")
    slots.wait_until_ok(everyone)
    wait_until_agreed(everyone, shards)  # a node may be well and not have heard of every slot


def wait_until_agreed(nodes: list[Node], shards: list[Shard]) -> None:
    """Wait until each node has heard who owns which slots."""
    wanted = sorted(shard.slots for shard in shards)

    def agrees(node: Node) -> bool:
        with node.admin() as admin:
            rows = admin.execute_command("CLUSTER", "SLOTS")
        return sorted((row[0], row[1]) for row in rows) == wanted

    slots.wait_for(nodes, agrees, "agree on the slots")
