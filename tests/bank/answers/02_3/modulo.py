# verdict: incorrect
# says: keys moved, .* from one old node to another
# says: Every key that moves is a miss

from zlib import crc32


def node_for(key, nodes):
    nodes = sorted(nodes)
    return nodes[crc32(key.encode()) % len(nodes)]
