# verdict: correct


def cart_keys(country, customer):
    owner = (country + customer).encode().hex()
    return ["cart.{%s}.%s" % (owner, part) for part in ("items", "total", "coupon")]
