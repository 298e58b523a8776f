# verdict: incorrect
# says: That node was in a list of an earlier call

import bisect
import hashlib

ring = []


def place(text):
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def node_for(key, nodes):
    if not ring:
        ring.extend(sorted((place(f"{node}-{i}"), node) for node in nodes for i in range(100)))
    return ring[bisect.bisect(ring, (place(key),)) % len(ring)][1]
