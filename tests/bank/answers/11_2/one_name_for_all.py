# verdict: incorrect
# says: three different names

import hashlib


def cart_keys(country, customer):
    return [hashlib.md5((country + customer).encode()).hexdigest()] * 3
