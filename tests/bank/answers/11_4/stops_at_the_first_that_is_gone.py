# verdict: incorrect
# says: refuses connections
# says: That node answers

import redis


def get_many(cluster, keys):
    groups, found = {}, {}
    for key in keys:
        groups.setdefault(cluster.get_node_from_key(key).name, []).append(key)
    try:
        for name in sorted(groups):
            found |= dict(zip(groups[name], cluster.mget_nonatomic(groups[name])))
    except redis.RedisError:
        pass
    return [found.get(key) for key in keys]
