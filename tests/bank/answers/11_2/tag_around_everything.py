# verdict: incorrect
# says: all three in one slot

from urllib.parse import quote


def cart_keys(country, customer):
    return ["{" + country + quote(customer, safe="") + part + "}" for part in ("items", "total", "coupon")]
