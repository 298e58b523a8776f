# verdict: incorrect
# says: call themselves shop}0
# says: of these names is hashed


def cart_keys(country, customer):
    return ["{" + country + ":" + customer + "}:" + part for part in ("items", "total", "coupon")]
