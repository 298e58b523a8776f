"""A picture of what runs, for a widget or a table: one row a node, live."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what runs needs moto and redis, which take their time
    from .plane.memcached import MemcachedNode
    from .plane.node import Node
    from .plane.shard import Shard
    from .region import Region
    from .resources.cache import Cache


def topology(regions: "list[Region]", name: str | None = None) -> list[dict]:
    """Every node of every cache, or of the one called `name`.

    Each row: id, cache, shard, role ("primary", "replica" or "node"), zone, status, cache_status, live (its
    process runs), endpoint (host, port), pid, engine (its badge), keys, and for Valkey offset (replication
    bytes), lag (bytes behind the primary, None if unknown), link ("up", "down", "cut off" or "silent") and
    delay (seconds that its link adds).
    """
    rows = []
    for cache in [cache for region in regions for cache in region.caches]:
        if name in (None, cache.id):
            for shard in cache.shards:
                rows += _shard_rows(cache, shard)
            rows += [_row(cache, None, node, "node") for node in cache.memcached]
    return rows


def _row(cache: "Cache", shard: str | None, node: "Node | MemcachedNode", role: str) -> dict:
    vitals = node.vitals() if shard is None else None
    return {
        "id": node.id,
        "cache": cache.id,
        "shard": shard,
        "number": node.number,
        "role": role,
        "zone": node.zone,
        "status": node.status,
        "live": node.alive,
        "endpoint": node.endpoint if node.server else None,
        "pid": node.server.pid if node.server and node.alive else None,
        "engine": node.server.badge if node.server else None,
        "keys": vitals["keys"] if vitals else None,
        "offset": None,
        "lag": None,
        "link": None,
        "delay": 0.0,
        "cache_status": cache.status,  # last: what is seen above was seen before
    }


def _shard_rows(cache: "Cache", shard: "Shard") -> list[dict]:
    vitals = {node: node.vitals() for node in list(shard.nodes)}
    primary = vitals.get(shard.primary)
    rows = []
    for node, seen in vitals.items():
        role = "primary" if node is shard.primary else "replica"
        row = _row(cache, shard.id, node, role)
        if seen:
            row |= {"keys": seen.keys, "offset": seen.offset}
            row["link"] = _link(node, seen.link_up)
            row["delay"] = node.link_delay
            if primary:
                row["lag"] = max(0, primary.offset - seen.offset) if role == "replica" else 0
        rows.append(row)
    return rows


def _link(node: "Node", up: bool) -> str:
    if node.cut_off:
        return "cut off"
    if node.silent:
        return "silent"
    return "up" if up else "down"
