# verdict: incorrect
# says: in another process


def node_for(key, nodes):
    return sorted(nodes)[hash(key) % len(nodes)]
