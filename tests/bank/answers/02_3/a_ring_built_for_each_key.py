# verdict: incorrect
# says: takes more than 1.5 seconds
# says: depends on the nodes alone

import bisect
import hashlib


def place(text):
    return hashlib.md5(text.encode()).digest()


def node_for(key, nodes):
    points = sorted((place(f"{node} {number}"), node) for node in nodes for number in range(500))
    return points[bisect.bisect(points, (place(key), "")) % len(points)][1]
