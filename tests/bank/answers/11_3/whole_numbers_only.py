# verdict: incorrect
# says: shares are not those|between nodes

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    scores = {}
    for node, weight in nodes.items():
        scores[node] = max(number(f"{node} {i} {key}") for i in range(max(1, int(weight / 4))))
    return max(scores, key=scores.get)
