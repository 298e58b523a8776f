# verdict: incorrect
# says: in another order it chose another node

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    names = [node for node in nodes for _ in range(round(nodes[node] * 10))]
    return names[number(key) % len(names)]
