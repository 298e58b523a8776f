# verdict: incorrect
# says: one of the nodes

from zlib import crc32


def node_for(key, nodes):
    return crc32(key.encode()) % len(nodes)
