# verdict: incorrect
# says: one of three shards has 100%

from urllib.parse import quote


def cart_keys(country, customer):
    return ["{cart}:" + country + quote(customer, safe="") + part for part in ("items", "total", "coupon")]
