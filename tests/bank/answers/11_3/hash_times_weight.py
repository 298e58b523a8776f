# verdict: incorrect
# says: shares are not those of their weights
# says: win twice as often

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    return max(nodes, key=lambda node: nodes[node] * number(f"{node} {key}"))
