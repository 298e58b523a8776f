# verdict: incorrect
# says: both name
# says: each customer has keys of their own

from urllib.parse import quote


def cart_keys(country, customer):
    return [
        "{" + country + quote(customer.lower(), safe="") + "}:" + part
        for part in ("items", "total", "coupon")
    ]
