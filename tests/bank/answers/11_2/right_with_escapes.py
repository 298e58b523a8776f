# verdict: correct


def cart_keys(country, customer):
    safe = customer.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
    tag = "{cart:" + country + ":" + safe + "}"
    return [tag + ":items", tag + ":total", tag + ":coupon"]
