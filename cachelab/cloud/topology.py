"""A picture of what runs, for a widget or a table: one row a node, live."""


def topology(backends: list, name: str | None = None) -> list[dict]:
    """Every node of every cache, or of the one called `name`.

    Each row: id, cache, shard, role ("primary", "replica" or "node"), zone, status, cache_status, live (its
    process runs), endpoint (host, port), pid, engine (its badge), keys, and for Valkey offset (replication
    bytes), lag (bytes behind the primary, None if unknown) and link ("up", "down" or "cut off").
    """
    rows = []
    for backend in backends:
        for group in list(backend.replication_groups.values()):
            for shard in group.shards if name in (None, group.id) else ():
                rows += _shard_rows(group, shard)
        for cluster in list(backend.cache_clusters.values()):
            if name not in (None, cluster.id):
                continue
            if cluster.shard:
                rows += _shard_rows(cluster, cluster.shard)
            rows += [_row(cluster, None, node, "node") for node in cluster.memcached]
        for cache in list(backend.serverless_caches.values()):
            if name in (None, cache.name):
                rows += (
                    _shard_rows(cache, cache.shard)
                    if cache.shard
                    else [_row(cache, None, cache.memcached, "node")]
                )
    return rows


def _row(cache, shard: str | None, node, role: str) -> dict:
    vitals = node.vitals() if shard is None else None
    return {
        "id": node.id,
        "cache": getattr(cache, "id", None) or cache.name,
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
        "cache_status": cache.status,  # last: what is seen above was seen before
    }


def _shard_rows(cache, shard) -> list[dict]:
    vitals = {node: node.vitals() for node in list(shard.nodes)}
    primary = vitals.get(shard.primary)
    rows = []
    for node, seen in vitals.items():
        role = "primary" if node is shard.primary else "replica"
        row = _row(cache, shard.id, node, role)
        if seen:
            row |= {"keys": seen.keys, "offset": seen.offset}
            row["link"] = "cut off" if node.cut_off else "up" if seen.link_up else "down"
            if primary:
                row["lag"] = max(0, primary.offset - seen.offset) if role == "replica" else 0
        rows.append(row)
    return rows
