# verdict: incorrect
# says: braces in braces, or in another order

from binascii import crc_hqx


def slot_of(key):
    start, end = key.find("{"), key.find("}")
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return crc_hqx(key.encode(), 0) % 16384
