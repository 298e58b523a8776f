# verdict: incorrect
# says: one transaction over its three keys fails|call themselves

import zlib


def cart_keys(country, customer):
    tag = zlib.crc32((country + customer).encode())
    return [customer + country + "{" + str(tag) + "}" + part for part in ("items", "total", "coupon")]
