# verdict: incorrect
# says: in another order it chose another node

from zlib import crc32


def node_for(key, nodes):
    return nodes[crc32(key.encode()) % len(nodes)]
