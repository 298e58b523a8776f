# verdict: incorrect
# says: between nodes that did not change

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def jump(key, buckets):
    b, j = -1, 0
    while j < buckets:
        b = j
        key = (key * 2862933555777941757 + 1) % 2**64
        j = int((b + 1) * (2**31 / ((key >> 33) + 1)))
    return b


def node_for(key, nodes):
    names = [node for node in sorted(nodes) for _ in range(round(nodes[node] * 10))]
    return names[jump(number(key), len(names))]
