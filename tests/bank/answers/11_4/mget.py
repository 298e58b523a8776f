# verdict: broken
# says: all keys must map to the same key slot


def get_many(cluster, keys):
    return cluster.mget(keys)
