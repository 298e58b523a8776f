# verdict: incorrect
# says: 5, one for each key
# says: has two places


def get_many(cluster, keys):
    return cluster.mget_nonatomic(list(dict.fromkeys(keys))) if keys else []
