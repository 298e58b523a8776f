# verdict: incorrect
# says: Fill the cache, and pay for it


def break_even(lookup, query, fill, stored):
    return lookup / (query + stored * fill) if lookup <= query else None
