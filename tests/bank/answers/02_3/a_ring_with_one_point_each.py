# verdict: incorrect
# says: far more keys than another|keys moved|gets no keys

import hashlib


def place(text):
    return int(hashlib.md5(text.encode()).hexdigest()[:2], 16) // 64


def node_for(key, nodes):
    ring = sorted((place(node), node) for node in nodes)
    return next((node for at, node in ring if at >= place(key)), ring[0][1])
