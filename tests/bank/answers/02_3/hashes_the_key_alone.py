# verdict: incorrect
# says: far more keys than another

import hashlib


def node_for(key, nodes):
    return max(nodes, key=lambda node: hashlib.sha256(node.encode()).digest())
