# verdict: incorrect
# says: trips \(node 1
# says: 16,384 slots, and three nodes|What sends many


def get_many(cluster, keys):
    slots, found = {}, {}
    for key in keys:
        slots.setdefault(cluster.keyslot(key), []).append(key)
    for mine in slots.values():
        found |= dict(zip(mine, cluster.mget(mine)))
    return [found.get(key) for key in keys]
