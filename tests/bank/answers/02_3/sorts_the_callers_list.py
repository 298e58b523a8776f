# verdict: incorrect
# says: That list is the caller's

import hashlib


def node_for(key, nodes):
    nodes.sort()
    return max(nodes, key=lambda node: hashlib.md5(f"{node}{key}".encode()).digest())
