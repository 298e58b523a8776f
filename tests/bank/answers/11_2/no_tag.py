# verdict: incorrect
# says: CrossSlot
# says: all three in one slot


def cart_keys(country, customer):
    return [f"cart:{country}:{customer}:{part}" for part in ("items", "total", "coupon")]
