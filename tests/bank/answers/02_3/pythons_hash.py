# verdict: incorrect
# says: in another process it chose another node


def node_for(key, nodes):
    return max(nodes, key=lambda node: hash((node, key)))
