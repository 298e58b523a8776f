# verdict: incorrect
# says: one of three shards has 100%
# says: about a third on each

from urllib.parse import quote


def cart_keys(country, customer):
    return [
        "{" + country + "}:" + quote(customer, safe="") + ":" + part for part in ("items", "total", "coupon")
    ]
