# verdict: incorrect
# says: the address of one of the nodes

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    return max(nodes.values())
