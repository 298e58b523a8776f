# verdict: incorrect
# says: both name
# says: unique in one country only

from urllib.parse import quote


def cart_keys(country, customer):
    return ["{" + quote(customer, safe="") + "}:" + part for part in ("items", "total", "coupon")]
