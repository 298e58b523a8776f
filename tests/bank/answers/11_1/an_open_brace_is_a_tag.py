# verdict: incorrect
# says: one brace only
# says: there is no tag

from binascii import crc_hqx


def slot_of(key):
    if "{" in key:
        tag = key.split("{", 1)[1].split("}", 1)[0]
        key = tag or key
    return crc_hqx(key.encode(), 0) % 16384
