# verdict: incorrect
# says: refuses connections
# says: it raised ConnectionError
# says: None for the keys of node 2


def get_many(cluster, keys):
    pipe = cluster.pipeline()
    for key in keys:
        pipe.get(key)
    return pipe.execute()
