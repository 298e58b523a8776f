# verdict: correct

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    best, soonest = None, math.inf
    for node, weight in nodes.items():
        wait = -math.log((number(node + key) + 0.5) / 2**64) / weight
        if wait < soonest:
            best, soonest = node, wait
    return best
