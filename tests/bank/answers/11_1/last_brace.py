# verdict: incorrect
# says: keys with several braces differ
# says: The first `{` counts

from binascii import crc_hqx


def slot_of(key):
    start = key.rfind("{")
    end = key.find("}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return crc_hqx(key.encode(), 0) % 16384
