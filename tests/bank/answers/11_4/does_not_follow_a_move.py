# verdict: incorrect
# says: after a slot has moved
# says: it raised MovedError

import redis


def get_many(cluster, keys):
    groups, found = {}, {}
    for key in keys:
        groups.setdefault(cluster.get_node_from_key(key), []).append(key)
    for node, mine in groups.items():
        pipe = cluster.get_redis_connection(node).pipeline(transaction=False)
        for key in mine:
            pipe.get(key)
        try:
            found |= dict(zip(mine, pipe.execute()))
        except redis.ConnectionError:
            pass
    return [found.get(key) for key in keys]
