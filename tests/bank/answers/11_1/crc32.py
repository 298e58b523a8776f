# verdict: incorrect
# says: keys without braces differ
# says: crc_hqx

import zlib


def slot_of(key):
    start = key.find("{")
    end = key.find("}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return zlib.crc32(key.encode()) % 16384
