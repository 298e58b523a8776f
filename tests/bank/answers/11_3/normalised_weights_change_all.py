# verdict: incorrect
# says: between nodes that did not change|shares are not those

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    total = sum(nodes.values())
    return max(nodes, key=lambda node: nodes[node] / total + number(f"{node} {key}") / 2**64)
