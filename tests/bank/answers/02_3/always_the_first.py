# verdict: incorrect
# says: in another order|far more keys


def node_for(key, nodes):
    return min(nodes)
