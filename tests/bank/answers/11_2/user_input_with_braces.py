# verdict: incorrect
# says: all three in one slot


def cart_keys(country, customer):
    return ["{" + customer + "}:" + country + ":" + part for part in ("items", "total", "coupon")]
