# verdict: incorrect
# says: both name


def cart_keys(country, customer):
    who = customer.replace("{", "(").replace("}", ")")
    return ["{" + country + ":" + who + "}:" + part for part in ("items", "total", "coupon")]
