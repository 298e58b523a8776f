# verdict: incorrect
# says: afterwards the list it was handed is
# says: the list as it was

import hashlib


def node_for(key, nodes):
    nodes.sort(key=lambda node: hashlib.md5((node + key).encode()).digest())
    return nodes.pop()
