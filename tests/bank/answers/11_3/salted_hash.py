# verdict: incorrect
# says: in another process it chose another node

import math


def node_for(key, nodes):
    return max(nodes, key=lambda node: -nodes[node] / math.log((hash((node, key)) % 2**61 + 0.5) / 2**61))
