# verdict: incorrect
# says: keys with a tag differ
# says: With the braces, or without

from binascii import crc_hqx


def slot_of(key):
    return crc_hqx(key.encode(), 0) % 16384
