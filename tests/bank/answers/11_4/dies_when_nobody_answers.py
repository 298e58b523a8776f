# verdict: incorrect
# says: all three nodes refuse connections
# says: it raised RedisClusterException
# says: no `redis.RedisError`

import redis


def get_many(cluster, keys):
    groups, found = {}, {}
    for key in keys:
        groups.setdefault(cluster.get_node_from_key(key).name, []).append(key)
    for mine in groups.values():
        pipe = cluster.pipeline()
        for key in mine:
            pipe.get(key)
        try:
            found.update(zip(mine, pipe.execute()))
        except redis.RedisError:
            pass
    return [found.get(key) for key in keys]
