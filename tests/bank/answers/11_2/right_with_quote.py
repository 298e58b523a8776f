# verdict: correct

from urllib.parse import quote


def cart_keys(country, customer):
    return tuple(
        "cart:{" + country + "/" + quote(customer, safe="") + "}:" + part
        for part in ("items", "total", "coupon")
    )
