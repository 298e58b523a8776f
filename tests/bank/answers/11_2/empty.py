# verdict: not attempted
# says: has no answer yet


def cart_keys(country, customer):
    raise NotImplementedError
