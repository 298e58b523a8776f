# verdict: incorrect
# says: 30, one for each key
# says: tells the values apart by their places


def get_many(cluster, keys):
    return [value for value in cluster.mget_nonatomic(keys) if value is not None]
