# verdict: incorrect
# says: shares are not those of their weights

import hashlib
import math


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def node_for(key, nodes):
    return sorted(nodes)[number(key) % len(nodes)]
