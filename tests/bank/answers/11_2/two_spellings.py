# verdict: incorrect
# says: all three in one slot

from urllib.parse import quote


def cart_keys(country, customer):
    who = country + ":" + quote(customer, safe="")
    return ["{" + who + "}:items", "{" + who + "}:total", "{cart:" + who + "}:coupon"]
