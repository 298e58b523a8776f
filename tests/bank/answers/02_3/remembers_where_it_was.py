# verdict: incorrect
# says: the new node gets no keys

import hashlib

homes = {}


def node_for(key, nodes):
    if homes.get(key) not in nodes:
        homes[key] = max(nodes, key=lambda node: hashlib.md5((node + key).encode()).digest())
    return homes[key]
