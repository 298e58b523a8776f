# verdict: incorrect
# says: between nodes that did not change

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    left = number(key) / 2**64 * sum(nodes.values())
    for node in sorted(nodes):
        left -= nodes[node]
        if left < 0:
            return node
    return node
