# verdict: incorrect
# says: all of them on node 2
# says: node 2, and no other

import redis


def get_many(cluster, keys):
    found = {}
    for node in cluster.get_primaries():
        pipe = cluster.get_redis_connection(node).pipeline(transaction=False)
        pipe.ping()
        for key in keys:
            pipe.get(key)
        try:
            answers = pipe.execute(raise_on_error=False)[1:]
        except redis.ConnectionError:
            continue
        found |= {key: one for key, one in zip(keys, answers) if isinstance(one, str)}
    return [found.get(key) for key in keys]
