# verdict: incorrect
# says: it returned None(.|\n)*this cache can pay


def break_even(lookup, query, fill, stored):
    return None if fill else 0
