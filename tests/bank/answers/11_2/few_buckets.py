# verdict: incorrect
# says: both name

import zlib


def cart_keys(country, customer):
    return [
        "{%d}:%s" % (zlib.crc32((country + customer).encode()) % 16, part)
        for part in ("items", "total", "coupon")
    ]
