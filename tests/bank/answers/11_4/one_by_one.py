# verdict: incorrect
# says: 30 trips
# says: What sends many commands together


def get_many(cluster, keys):
    return [cluster.get(key) for key in keys]
