# verdict: incorrect
# says: it returned
# says: In which order were they asked for


def get_many(cluster, keys):
    groups, values = {}, []
    for key in keys:
        groups.setdefault(cluster.get_node_from_key(key).name, []).append(key)
    for mine in groups.values():
        values += cluster.mget_nonatomic(mine)
    return values
