# verdict: incorrect
# says: then it is no tag

from binascii import crc_hqx


def slot_of(key):
    start = key.find("{")
    end = key.find("}", start + 1)
    if start >= 0 and end > start:
        key = key[start + 1 : end]
    return crc_hqx(key.encode(), 0) % 16384
