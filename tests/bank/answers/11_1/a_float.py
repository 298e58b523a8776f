# verdict: incorrect
# says: as `CLUSTER KEYSLOT` says

from binascii import crc_hqx


def slot_of(key):
    start = key.find("{")
    end = key.find("}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return float(crc_hqx(key.encode(), 0) % 16384)
