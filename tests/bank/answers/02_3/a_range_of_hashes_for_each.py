# verdict: incorrect
# says: from one old node to another
# says: under a quarter

import hashlib


def node_for(key, nodes):
    number = int.from_bytes(hashlib.md5(key.encode()).digest(), "big")
    return sorted(nodes)[number * len(nodes) >> 128]
