# verdict: incorrect
# says: afterwards the nodes it was handed

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    best = max(nodes, key=lambda node: -nodes[node] / math.log((number(f"{node} {key}") + 0.5) / 2**64))
    while len(nodes) > 1:
        nodes.pop(next(node for node in nodes if node != best))
    return best
