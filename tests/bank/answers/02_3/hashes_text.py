# verdict: broken
# says: TypeError

from zlib import crc32


def node_for(key, nodes):
    return max(nodes, key=lambda node: crc32(node + key))
