# verdict: incorrect
# says: refuses connections
# says: That node answers

import redis


def get_many(cluster, keys):
    try:
        return cluster.mget_nonatomic(keys) if keys else []
    except redis.RedisError:
        return [None] * len(keys)
