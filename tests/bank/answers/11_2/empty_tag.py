# verdict: incorrect
# says: all three in one slot
# says: and not empty


def cart_keys(country, customer):
    return ["{}:" + country + ":" + customer + ":" + part for part in ("items", "total", "coupon")]
