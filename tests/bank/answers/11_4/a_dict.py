# verdict: incorrect
# says: a list: the value of each key


def get_many(cluster, keys):
    return dict(zip(keys, cluster.mget_nonatomic(keys)))
