# verdict: correct

from collections import defaultdict

import redis


def get_many(cluster, keys):
    groups, found = defaultdict(list), {}
    for key in keys:
        groups[cluster.get_node_from_key(key).port].append(key)
    for port, mine in groups.items():
        try:
            for key, value in zip(mine, cluster.mget_nonatomic(mine)):
                found[key] = value
        except (redis.RedisError, redis.exceptions.RedisClusterException):
            continue
    return list(map(found.get, keys))
