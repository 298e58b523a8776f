# verdict: incorrect
# says: in another process it returned


def cart_keys(country, customer):
    return ["{%x}:%s" % (hash(country + customer) % 2**64, part) for part in ("items", "total", "coupon")]
