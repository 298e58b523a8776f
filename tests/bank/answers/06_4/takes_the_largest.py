# verdict: incorrect
# says: larger than needed


def smallest_node(cache, store, entries, nodes):
    return max(nodes, key=lambda node: node[1])[0]
