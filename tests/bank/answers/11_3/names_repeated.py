# verdict: incorrect
# says: between nodes that did not change
# says: its node only|that node only

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    names = [node for node, weight in sorted(nodes.items()) for _ in range(round(weight * 10))]
    return names[number(key) % len(names)]
