# verdict: incorrect
# says: three names: of the items


def cart_keys(country, customer):
    return "{" + customer + "}"
