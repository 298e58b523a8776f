# verdict: incorrect
# says: each customer has keys of their own


def cart_keys(country, customer):
    who = customer.replace("{", "").replace("}", "")
    return ["{" + country + ":" + who + "}:" + part for part in ("items", "total", "coupon")]
