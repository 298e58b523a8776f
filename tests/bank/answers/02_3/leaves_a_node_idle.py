# verdict: incorrect
# says: 0% on\s+the\s+emptiest

import hashlib


def node_for(key, nodes):
    used = sorted(nodes)[1:]
    return max(used, key=lambda node: hashlib.md5((node + key).encode()).digest())
