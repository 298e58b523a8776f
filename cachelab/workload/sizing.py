"""From entries and their sizes to a node type and its price.

    nodes = [NodeType("cache.t4g.micro", 536_870_912, 0.0128), …]  # what the cloud offers, from its catalogue
    for offer in offers(2_000_000, bytes_each=284, nodes=nodes):
        print(offer)

Measure `bytes_each` on a real server with `measured`: value and key alone are too little, and MEMORY USAGE of
one key counts neither its place in the tables nor, for all keys together, how full these are.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["DEAD", "NodeType", "Offer", "RESERVED", "chunk", "estimate", "measured", "needed", "offers"]

DEAD = 0.25  # expired entries not yet freed, on top of the live ones: measured 0.1 to 0.3 under steady TTLs
RESERVED = 0.25  # ElastiCache's reserved-memory-percent, the default; 0.3 to 0.5 is advised for small nodes


@dataclass(frozen=True)
class NodeType:
    """A node type: its memory in bytes, before anything is reserved, and USD per hour (None: not known)."""

    name: str
    memory: float
    usd_per_hour: float | None = None


@dataclass(frozen=True)
class Offer:
    """So many nodes of one type that hold it all."""

    node: NodeType
    count: int
    usable: float  # bytes for entries, all nodes together
    filled: float  # share of `usable` that is needed

    @property
    def usd_per_hour(self) -> float | None:
        price = self.node.usd_per_hour
        return None if price is None else price * self.count

    def __str__(self) -> str:
        price = "price not known" if self.usd_per_hour is None else f"${self.usd_per_hour:.4f} an hour"
        size = f"{self.usable / 2**30:.2f} GiB usable, {self.filled:.0%} filled"
        return f"{self.count} x {self.node.name}: {size}, {price}"


def needed(entries: float, bytes_each: float, dead: float = DEAD) -> float:
    """Bytes for so many live entries and the dead among them: entries · bytes_each · (1 + dead)."""
    for name, value in (("entries", entries), ("bytes_each", bytes_each), ("dead", dead)):
        if not (value >= 0 and math.isfinite(value)):
            raise ValueError(f"{name}={value!r}: must be a finite number, 0 or more")
    return entries * bytes_each * (1 + dead)


def offers(
    entries: float,
    bytes_each: float,
    nodes: Iterable[NodeType],
    dead: float = DEAD,
    reserved: float = RESERVED,
    most: int = 1,
) -> list[Offer]:
    """What holds them, cheapest first; types without a price come last, smallest first.

    `reserved` is the share of a node's memory held back for buffers, failover and snapshots. `most`: how many
    nodes may share the keys (shards). An empty list: nothing is large enough. Replicas are not counted.
    """
    if not 0 <= reserved < 1:
        raise ValueError(f"reserved={reserved!r}: a share of the node's memory (write 25 % as 0.25)")
    if most < 1:
        raise ValueError(f"most={most!r}: at least one node")
    wanted, found = needed(entries, bytes_each, dead), []
    for node in nodes:
        usable = node.memory * (1 - reserved)
        count = max(1, math.ceil(wanted / usable))
        if count <= most:
            found.append(Offer(node, count, usable * count, wanted / (usable * count)))
    return sorted(found, key=lambda o: (o.usd_per_hour is None, o.usd_per_hour or o.usable, o.usable))


def measured(client, store: Callable[[int], object], items: int = 20_000) -> float:
    """Bytes each of `items` entries takes in an empty Valkey or Redis: `store(0)`, `store(1)`, … fill it.

    By the server's own count (`used_memory`), with the tables that find a key and its expiry. Fewer than some
    ten thousand entries mislead: the tables grow by doubling. Raises ValueError if the server holds keys.
    """
    if client.dbsize():
        raise ValueError(f"the server holds {client.dbsize():,} keys: measure on an empty one of its own")
    client.ping()
    before = client.info("memory")["used_memory"]
    for number in range(items):
        store(number)
    return (client.info("memory")["used_memory"] - before) / max(1, client.dbsize())


def estimate(key: int, value: int, ttl: bool = True) -> float:
    """Bytes a string takes in Valkey 9, before measuring: key and value in bytes, and what is added to them.

    Added are 37 to 57 bytes without a TTL and 51 to 71 with one (20,000 keys and more, libc's allocator,
    values from 20 to 1,000 bytes): the middle of these, so right to about 10 bytes an entry.
    """
    return key + value + (61 if ttl else 47)


def chunk(key: int, value: int, factor: float = 1.25, smallest: int = 96, largest: int = 512 * 1024) -> int:
    """Bytes a Memcached 1.6 item takes: the next chunk size above header, key and value.

    A chunk is `factor` times the one below, rounded up to 8; an item has a header of 48 bytes, 8 for its cas
    number, an end mark for the key and a line end for the value. Source: slabs.c and items.c.
    """
    item = 48 + 8 + key + 1 + value + 2
    size = smallest
    while size < item:
        if size >= largest:
            raise ValueError(f"an item of {item:,} bytes is cut into several chunks; this counts one")
        size = math.ceil(int(size * factor) / 8) * 8
    return size
